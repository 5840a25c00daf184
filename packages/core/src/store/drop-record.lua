-- Forgets a record if nobody has changed it meanwhile.
-- KEYS[1] the register's hash
-- ARGV    id, the JSON as read
-- Returns 1, or 0 where the record is another by now.
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then
  return 0
end
redis.call('HDEL', KEYS[1], ARGV[1])
return 1
