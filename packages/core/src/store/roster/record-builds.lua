-- Records what is known of a roster's builds, and numbers and adds what upstream is told of them, if the lease is still ours:
-- one step, so that nothing is told twice or never. Of a roster that is gone, or was made anew since, nothing is recorded.
-- KEYS[1] lease  [2] builds of the roster  [3] sequences  [4] facts  [5] rosters of the lane  [6] when they were made
-- ARGV[1] token  [2] when Apple was looked at (ms)  [3] what is remembered of them (JSON), or empty where it is as before  [4] name of the sequence
--     [5] roster id  [6] when the roster was made (ms)  [7..] facts (JSON), each with `"sequence":0` before any text from outside
-- Returns 1 when recorded, 0 when the lease is lost.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local born = redis.call('HGET', KEYS[6], ARGV[5])
if redis.call('SISMEMBER', KEYS[5], ARGV[5]) == 0 or (born and born ~= ARGV[6]) then return 1 end
redis.call('HSET', KEYS[2], 'at', ARGV[2])
if ARGV[3] ~= '' then redis.call('HSET', KEYS[2], 'book', ARGV[3]) end
for i = 7, #ARGV do
  local number = redis.call('HINCRBY', KEYS[3], ARGV[4], 1)
  local fact = string.gsub(ARGV[i], '"sequence":0', '"sequence":' .. number, 1)
  redis.call('RPUSH', KEYS[4], fact)
end
return 1
