-- Notes that the members of a group were checked, unless the group has changed since.
-- KEYS[1] unsettled  [2] closing
-- ARGV[1] group id  [2] the score of its last change before the look
-- Returns 1, or 0 if it has changed since
redis.call('SREM', KEYS[2], ARGV[1])
if (redis.call('ZSCORE', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
return 1
