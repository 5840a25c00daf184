-- From then on the lane takes changes of a roster from those alone who delete it. A roster that was made later under its id is another's
-- business, and one that has left the lane nobody's.
-- KEYS[1] rosters of the lane  [2] when they were made  [3] closing   ARGV[1] roster id  [2] when it was made (ms)
-- Returns 1, or 0 where it is not closed.
local born = redis.call('HGET', KEYS[2], ARGV[1])
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 0 or (born and born ~= ARGV[2]) then return 0 end
redis.call('SADD', KEYS[3], ARGV[1])
return 1
