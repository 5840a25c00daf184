-- Claims due lanes of one ready set by moving each into the future, so that a claim of a dead worker ends by itself.
-- KEYS[1] the ready set
-- ARGV[1] now (ms)  [2] claimed until (ms)  [3] how many at most  [4..] only these lanes, when given
-- Returns the lanes claimed, earliest due first.
local now, untilMs, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local due = {}
if #ARGV > 3 then
  for i = 4, #ARGV do
    local score = redis.call('ZSCORE', KEYS[1], ARGV[i])
    if score and tonumber(score) <= tonumber(now) and #due < limit then due[#due + 1] = ARGV[i] end
  end
else
  due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, limit)
end
for _, lane in ipairs(due) do redis.call('ZADD', KEYS[1], untilMs, lane) end
return due
