-- Notes which writes are about to be sent, if the lease is still ours. So if the worker dies, the next one knows what it may have written.
-- Nothing is noted about a roster that is no longer in this lane.
-- KEYS[1] lease  [2] wrote-at  [3] rosters of the lane  [4] when they were made
--     then for each member: observed hash, reading and touched of the roster, removals of the app
-- ARGV[1] token  [2] now (ms)  then roster id, when it was made (ms), member id, observed (observed.ts) and the address that is written
--     about, or empty, and for a removal its field (removals.ts), or empty, for each
-- and before these [3] how long removals are kept (ms)
-- Returns 1, or 0 if the lease is lost (nothing is noted then).
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
for i = 5, #KEYS, 4 do
  local at = 4 + (i - 5) / 4 * 6
  local roster = ARGV[at]
  if isHere(KEYS[3], KEYS[4], roster, ARGV[at + 1]) then
    redis.call('HSET', KEYS[i], ARGV[at + 2], ARGV[at + 3])
    redis.call('HSET', KEYS[2], roster, ARGV[2])
    if ARGV[at + 4] ~= '' and redis.call('EXISTS', KEYS[i + 1]) == 1 then
      redis.call('SADD', KEYS[i + 2], ARGV[at + 4])
      redis.call('PEXPIRE', KEYS[i + 2], 86400000)
    end
    if ARGV[at + 5] ~= '' then
      redis.call('ZREMRANGEBYSCORE', KEYS[i + 3], '-inf', tonumber(ARGV[2]) - tonumber(ARGV[3]))
      redis.call('ZADD', KEYS[i + 3], ARGV[2], ARGV[at + 5])
      redis.call('PEXPIRE', KEYS[i + 3], ARGV[3])
    end
  end
end
return 1
