-- Notes which writes are about to be sent, if the lease is still ours: a worker that dies leaves word of what it may have done.
-- KEYS[1] lease  then an observed hash for each member
-- ARGV[1] token  then member id and observed (JSON) for each
-- Returns 1, or 0 when the lease is lost (nothing is noted then).
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
for i = 2, #KEYS do redis.call('HSET', KEYS[i], ARGV[(i - 1) * 2], ARGV[(i - 1) * 2 + 1]) end
return 1
