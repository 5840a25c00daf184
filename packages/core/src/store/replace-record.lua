-- Replaces a record only if it has not changed since it was read.
-- KEYS[1] hash of records
-- ARGV[1] id  [2] the JSON that was read  [3] the new JSON
-- Returns 1, or 0 if the record was changed or deleted meanwhile
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
