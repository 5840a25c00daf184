-- Takes out of the outboxes what has a job now. What was recorded anew since it was read stays.
-- KEYS[1] enqueuing  [2..4] outboxes  [5] lease of the lane
-- ARGV[1] token  then number of the outbox (2..4), word, arrival for each
-- Returns { still recorded, leased (0|1) }
for i = 2, #ARGV, 3 do
  local key = KEYS[tonumber(ARGV[i])]
  if redis.call('ZSCORE', key, ARGV[i + 1]) == ARGV[i + 2] then redis.call('ZREM', key, ARGV[i + 1]) end
end
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
local left = redis.call('ZCARD', KEYS[2]) + redis.call('ZCARD', KEYS[3]) + redis.call('ZCARD', KEYS[4])
return { left, redis.call('EXISTS', KEYS[5]) }
