-- Returns the mark that every valid link of a member carries, and makes it if there is none. A member who is no longer here gets none.
-- KEYS[1] rosters of the lane  [2] desired  [3] links   ARGV[1] roster id  [2] member id  [3] the mark, if one is made
-- Returns the mark, or nothing.
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 0 or redis.call('HEXISTS', KEYS[2], ARGV[2]) == 0 then return false end
redis.call('HSETNX', KEYS[3], ARGV[2], ARGV[3])
return redis.call('HGET', KEYS[3], ARGV[2])
