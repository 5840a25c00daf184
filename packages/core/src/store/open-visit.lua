-- Takes the lease of a lane, unless another worker holds it, somebody else is promised the next turn, or the lane is stopped. Whoever fetched the jobs that are active is
-- dead then, since they end before the lease does: they wait again, and their deaths are counted.
-- KEYS[1] lease  [2] lane  [3] active jobs  [4] waiting jobs  [5] prioritized jobs  [6] schedule  [7] promised
-- ARGV[1] token  [2] lease (ms)  [3] what stands before a job's id in its key  [4] task that proves the lane's law
-- Returns { 'busy', ms left } | { 'paused' } | { 'opened', jobs of the dead, lane hash … }
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return { 'busy', redis.call('PTTL', KEYS[1]) } end
local promised = redis.call('GET', KEYS[7])
if promised and promised ~= ARGV[1] then return { 'busy', redis.call('PTTL', KEYS[7]) } end
local dead = requeueActive(KEYS[3], KEYS[4], KEYS[5], ARGV[3], true)
-- A worker that died may have left more behind than its jobs. A lane that was never looked through is in no hurry.
local now = tonumber(redis.call('TIME')[1]) * 1000
if dead > 0 then
  redis.call('ZADD', KEYS[6], 'LT', now, ARGV[4])
elseif not redis.call('ZSCORE', KEYS[6], ARGV[4]) then
  redis.call('ZADD', KEYS[6], now + 60000, ARGV[4])
end
if redis.call('HGET', KEYS[2], 'paused') == '1' then return { 'paused' } end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('HINCRBY', KEYS[2], 'fence', 1)
return { 'opened', dead, unpack(redis.call('HGETALL', KEYS[2])) }
