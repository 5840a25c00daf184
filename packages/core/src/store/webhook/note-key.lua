-- Notes that Apple refuses a team key, or accepts it again, unless that was noted last: each is sent once. Nothing is noted about a key that was replaced since.
-- KEYS[1] hash of the lane  [2] hash of sequences  [3] list of facts
-- ARGV[1] the code of the key's problem; empty: none  [2] the fact (JSON), its sequence 0  [3] when the key was given (ms)
-- Returns 1 if the fact was added.
if tonumber(ARGV[3]) < tonumber(redis.call('HGET', KEYS[1], 'keyAt') or 0) then return 0 end
if (redis.call('HGET', KEYS[1], 'toldBlock') or '') == ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'toldBlock', ARGV[1])
local sequence = redis.call('HINCRBY', KEYS[2], 'team_key', 1)
redis.call('RPUSH', KEYS[3], (string.gsub(ARGV[2], '"sequence":0', '"sequence":' .. sequence, 1)))
return 1
