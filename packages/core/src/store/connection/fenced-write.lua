-- One write of somebody who may do it only as long as nobody else does.
-- KEYS[1] fence  [2] key   ARGV[1] token  [2] command  [3..] its arguments behind the key
-- Returns 1, or 0 when the fence is another's (nothing is written then)
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call(ARGV[2], KEYS[2], unpack(ARGV, 3))
return 1
