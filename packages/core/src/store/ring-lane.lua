-- Makes a lane due at a time at the latest, and tells the workers. A lane that is due by then already was told before.
-- KEYS[1] the ready set
-- ARGV[1] lane  [2] due at (ms)  [3] channel of the doorbell, or empty when nobody need come now
-- Returns 1 where the lane is due sooner than before
local sooner = redis.call('ZADD', KEYS[1], 'LT', 'CH', ARGV[2], ARGV[1])
if sooner == 1 and ARGV[3] ~= '' then redis.call('PUBLISH', ARGV[3], ARGV[1]) end
return sooner
