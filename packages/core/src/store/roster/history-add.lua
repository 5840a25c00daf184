-- Adds a line to a roster's history, unless the roster has left the lane.
-- KEYS[1] rosters of the lane  [2] history   ARGV[1] roster id  [2] the line  [3] lines that are kept
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 0 then return end
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('LTRIM', KEYS[2], -ARGV[3], -1)
