-- Notes when a roster was made, where its process died before it did. Whoever was late to forget a former one of its id has done no harm.
-- KEYS[1] rosters of the lane  [2] when they were made  [3] closing   ARGV[1] roster id  [2] when it was made (ms)
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 0 or redis.call('HSETNX', KEYS[2], ARGV[1], ARGV[2]) == 0 then return end
redis.call('SREM', KEYS[3], ARGV[1])
