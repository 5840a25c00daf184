-- Records what is known about a roster's builds, and numbers and adds the facts about them, if the lease is still ours:
-- in one step, so that no fact is sent twice or never. Nothing is recorded about a roster that is gone, or was made again since.
-- KEYS[1] lease  [2] builds of the roster  [3] sequences  [4] facts  [5] rosters of the lane  [6] when they were made
-- ARGV[1] token  [2] when Apple was read (ms)  [3] what is remembered about them (JSON), or empty if it has not changed  [4] name of the sequence
--     [5] roster id  [6] when the roster was made (ms)  [7..] facts (JSON), each with `"sequence":0` before any text from outside
-- Returns 1 if recorded, 0 if the lease is lost.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if not isHere(KEYS[5], KEYS[6], ARGV[5], ARGV[6]) then return 1 end
redis.call('HSET', KEYS[2], 'at', ARGV[2])
if ARGV[3] ~= '' then redis.call('HSET', KEYS[2], 'book', ARGV[3]) end
for i = 7, #ARGV do
  local number = redis.call('HINCRBY', KEYS[3], ARGV[4], 1)
  local fact = string.gsub(ARGV[i], '"sequence":0', '"sequence":' .. number, 1)
  redis.call('RPUSH', KEYS[4], fact)
end
return 1
