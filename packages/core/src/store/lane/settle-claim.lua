-- Ends a claim, or extends it: the lane's next visit, or none. Left alone when the lane was rung meanwhile (its score is another).
-- KEYS[1] the ready set  [2] lanes that are held
-- ARGV[1] lane  [2] claimed until (ms)  [3] next visit in (ms), or empty for none
--     [4] for so long no ring brings a visit (ms); 0: not held  [5] now (ms), or empty for Redis's own clock
-- Returns when the lane is due now (ms), or empty if it was rung or claimed by another worker meanwhile, or is in no index.
local now = nowMs(ARGV[5])
local held = redis.call('HGET', KEYS[2], ARGV[1])
local hold = now + tonumber(ARGV[4])
if hold > now then redis.call('HSET', KEYS[2], ARGV[1], string.format('%.0f', hold)) else redis.call('HDEL', KEYS[2], ARGV[1]) end
local nextAt = ARGV[3] ~= '' and string.format('%.0f', now + tonumber(ARGV[3]))
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if score and tonumber(score) ~= tonumber(ARGV[2]) then
  -- Rung during the visit, or claimed by another worker after this claim ran out: the earlier of the two times counts. A ring was held back for
  -- the length of the visit, and no longer is.
  if nextAt then redis.call('ZADD', KEYS[1], 'LT', nextAt, ARGV[1]) end
  if score == held then
    score = string.format('%.0f', now)
    redis.call('ZADD', KEYS[1], 'LT', score, ARGV[1])
  end
  if tonumber(score) < hold then redis.call('ZADD', KEYS[1], 'GT', string.format('%.0f', hold), ARGV[1]) end
  return ''
end
if not nextAt then
  redis.call('ZREM', KEYS[1], ARGV[1])
  return ''
end
redis.call('ZADD', KEYS[1], nextAt, ARGV[1])
return nextAt
