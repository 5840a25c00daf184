-- From then on only the deletion of a roster may change it. This does nothing to a roster that was made later
-- under its id, or that has left the lane.
-- KEYS[1] rosters of the lane  [2] when they were made  [3] closing   ARGV[1] roster id  [2] when it was made (ms)
-- Returns 1, or 0 if it is not closed. One that is closed and not among the lane's rosters is being forgotten.
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 0 then return redis.call('SISMEMBER', KEYS[3], ARGV[1]) end
if not isHere(KEYS[1], KEYS[2], ARGV[1], ARGV[2]) then return 0 end
redis.call('SADD', KEYS[3], ARGV[1])
return 1
