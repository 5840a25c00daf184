-- What one lane looks like in a list of thousands.
-- KEYS[1] lane hash  [2] budget hash  [3..5] outboxes  [6] queue's wait list  [7] active list  [8] prioritized  [9] delayed  [10] failed
-- Returns status, problem, paused, blocked (empty where unset), recorded, waiting, active, delayed, failed, budget's limit, remaining, observedAt
local facts = redis.call('HMGET', KEYS[1], 'status', 'problem', 'paused', 'blocked')
local budget = redis.call('HMGET', KEYS[2], 'limit', 'remaining', 'observedAt')
local recorded = 0
for i = 3, 5 do recorded = recorded + redis.call('ZCARD', KEYS[i]) end
local waiting = redis.call('LLEN', KEYS[6]) + redis.call('ZCARD', KEYS[8])
return {
  facts[1] or '', facts[2] or '', facts[3] or '', facts[4] or '',
  recorded, waiting, redis.call('LLEN', KEYS[7]), redis.call('ZCARD', KEYS[9]), redis.call('ZCARD', KEYS[10]),
  budget[1] or '', budget[2] or '', budget[3] or '',
}
