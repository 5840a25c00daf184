-- The figures of one lane for a list of thousands.
-- KEYS[1] lane hash  [2] budget hash  [3..5] outboxes  [6] queue's wait list  [7] active list  [8] prioritized  [9] delayed  [10] failed
--     [11] completed  [12] ids of the lane's rosters
-- ARGV[1] the key of a roster's held plans, `*` for its id: in the lane's slot, like all others
-- Returns status, problem, paused, blocked (empty where unset), recorded, waiting, prioritized, active, delayed, failed, completed,
--     budget's limit, remaining, observedAt, held plans, visits in a row that found Apple out of order, suspicion of the key, score of the job that sleeps longest,
--     what could not be done, and until when
local memory = redis.call('HMGET', KEYS[1], 'status', 'problem', 'paused', 'blocked', 'outage', 'suspicion', 'waits')
local budget = redis.call('HMGET', KEYS[2], 'limit', 'remaining', 'observedAt')
local held = 0
for _, roster in ipairs(redis.call('SMEMBERS', KEYS[12])) do
  held = held + redis.call('SCARD', (ARGV[1]:gsub('%*', function() return roster end)))
end
local asleep = redis.call('ZRANGE', KEYS[9], -1, -1, 'WITHSCORES')
return {
  memory[1] or '', memory[2] or '', memory[3] or '', memory[4] or '',
  countRecorded(3), redis.call('LLEN', KEYS[6]), redis.call('ZCARD', KEYS[8]), redis.call('LLEN', KEYS[7]),
  redis.call('ZCARD', KEYS[9]), redis.call('ZCARD', KEYS[10]), redis.call('ZCARD', KEYS[11]),
  budget[1] or '', budget[2] or '', budget[3] or '', held, memory[5] or '', memory[6] or '', asleep[2] or '', memory[7] or '',
}
