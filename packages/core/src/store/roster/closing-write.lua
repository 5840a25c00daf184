-- One write about a roster that is being deleted, unless another process has completed that already: the id may belong to another roster by now.
-- KEYS[1] closing  [2] key   ARGV[1] roster id  [2] command  [3..] its arguments behind the key
-- Returns 1, or 0 if nothing was written
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call(ARGV[2], KEYS[2], unpack(ARGV, 3))
return 1
