-- Notes which writes are about to be sent, if the lease is still ours: a worker that dies leaves word of what it may have done.
-- KEYS[1] lease  [2] wrote-at  then an observed hash for each member
-- ARGV[1] token  [2] now (ms)  then roster id, member id and observed (JSON) for each
-- Returns 1, or 0 when the lease is lost (nothing is noted then).
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
for i = 3, #KEYS do
  local at = (i - 3) * 3 + 2
  redis.call('HSET', KEYS[i], ARGV[at + 2], ARGV[at + 3])
  redis.call('HSET', KEYS[2], ARGV[at + 1], ARGV[2])
end
return 1
