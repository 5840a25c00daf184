-- Claims due lanes of one ready set by moving each into the future, so that a claim of a dead worker ends by itself.
-- KEYS[1] the ready set
-- ARGV[1] now (ms), or empty for Redis's own clock  [2] claimed for (ms)  [3] how many at most  [4..] only these lanes, when given
-- Returns until when they are claimed (ms), and the lanes, earliest due first.
local now, limit = tonumber(ARGV[1]), tonumber(ARGV[3])
if not now then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end
local untilMs = string.format('%.0f', now + tonumber(ARGV[2]))
local due = {}
if #ARGV > 3 then
  for i = 4, #ARGV do
    local score = redis.call('ZSCORE', KEYS[1], ARGV[i])
    if score and tonumber(score) <= now and #due < limit then due[#due + 1] = ARGV[i] end
  end
else
  due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now), 'LIMIT', 0, limit)
end
for _, lane in ipairs(due) do redis.call('ZADD', KEYS[1], untilMs, lane) end
return { untilMs, unpack(due) }
