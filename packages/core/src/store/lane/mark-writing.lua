-- Notes which writes are about to be sent, if the lease is still ours: a worker that dies leaves word of what it may have done. Of a
-- roster that is not in this lane any more nothing is noted.
-- KEYS[1] lease  [2] wrote-at  [3] rosters of the lane  [4] when they were made
--     then for each member: observed hash, reading and touched of the roster
-- ARGV[1] token  [2] now (ms)  then roster id, when it was made (ms), member id, observed (observed.ts) and the address that is written
--     about, or empty, for each
-- Returns 1, or 0 when the lease is lost (nothing is noted then).
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
for i = 5, #KEYS, 3 do
  local at = 3 + (i - 5) / 3 * 5
  local roster = ARGV[at]
  local born = redis.call('HGET', KEYS[4], roster)
  if redis.call('SISMEMBER', KEYS[3], roster) == 1 and (not born or born == ARGV[at + 1]) then
    redis.call('HSET', KEYS[i], ARGV[at + 2], ARGV[at + 3])
    redis.call('HSET', KEYS[2], roster, ARGV[2])
    if ARGV[at + 4] ~= '' and redis.call('EXISTS', KEYS[i + 1]) == 1 then
      redis.call('SADD', KEYS[i + 2], ARGV[at + 4])
      redis.call('PEXPIRE', KEYS[i + 2], 86400000)
    end
  end
end
return 1
