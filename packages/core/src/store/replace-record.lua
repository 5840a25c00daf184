-- Replaces a record only where it is still the one that was read.
-- KEYS[1] hash of records
-- ARGV[1] id  [2] the JSON that was read  [3] the new JSON
-- Returns 1, or 0 where the record was changed or deleted meanwhile
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
