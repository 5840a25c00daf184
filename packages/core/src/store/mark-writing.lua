-- Notes which writes are about to be sent, if the lease is still ours: a worker that dies leaves word of what it may have done.
-- KEYS[1] lease  [2] wrote-at  then for each member: observed hash, reading and touched of the roster
-- ARGV[1] token  [2] now (ms)  then roster id, member id, observed (JSON) and the address that is written about, or empty, for each
-- Returns 1, or 0 when the lease is lost (nothing is noted then).
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
for i = 3, #KEYS, 3 do
  local at = (i - 3) / 3 * 4 + 2
  redis.call('HSET', KEYS[i], ARGV[at + 2], ARGV[at + 3])
  redis.call('HSET', KEYS[2], ARGV[at + 1], ARGV[2])
  if ARGV[at + 4] ~= '' and redis.call('EXISTS', KEYS[i + 1]) == 1 then
    redis.call('SADD', KEYS[i + 2], ARGV[at + 4])
    redis.call('PEXPIRE', KEYS[i + 2], 86400000)
  end
end
return 1
