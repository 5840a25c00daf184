-- Puts a member into the line for a seat, unless the member is no longer here: deleted with the roster, moved, or erased meanwhile.
-- KEYS[1] desired  [2] line   ARGV[1] member id  [2] when the member's change arrived (ms)
-- Returns 1 if the member is in the line.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('ZADD', KEYS[2], 'NX', ARGV[2], ARGV[1])
return 1
