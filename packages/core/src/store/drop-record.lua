-- Deletes a record if it has not changed since it was read.
-- KEYS[1] the register's hash
-- ARGV    id, the JSON as read
-- Returns 1, or 0 if the record has changed.
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then
  return 0
end
redis.call('HDEL', KEYS[1], ARGV[1])
return 1
