-- Ends a claim: the lane's next visit, or none. Left alone when the lane was rung meanwhile (its score is another).
-- KEYS[1] the ready set
-- ARGV[1] lane  [2] claimed until (ms)  [3] next visit (ms), or empty for none
-- Returns 1 when settled, 0 when left alone.
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if score and tonumber(score) ~= tonumber(ARGV[2]) then
  -- Rung during the visit, or claimed by another after this one ran out: the earlier of the two times holds.
  if ARGV[3] ~= '' then redis.call('ZADD', KEYS[1], 'LT', ARGV[3], ARGV[1]) end
  return 0
end
if ARGV[3] == '' then redis.call('ZREM', KEYS[1], ARGV[1]) else redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1]) end
return 1
