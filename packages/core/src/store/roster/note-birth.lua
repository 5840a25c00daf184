-- Notes when a roster was made, if the process that made it died before it could. A late deletion of a former roster with its id does no harm.
-- KEYS[1] rosters of the lane  [2] when they were made  [3] closing   ARGV[1] roster id  [2] when it was made (ms)
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 0 or redis.call('HSETNX', KEYS[2], ARGV[1], ARGV[2]) == 0 then return end
redis.call('SREM', KEYS[3], ARGV[1])
