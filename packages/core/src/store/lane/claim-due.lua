-- Claims due lanes of one ready set.
-- KEYS[1] the ready set  [2] lanes that are held
-- ARGV[1] now (ms), or empty for Redis's own clock  [2] claimed for (ms)  [3] how many at most  [4] held for (ms)
--     [5..] only these lanes, when given
-- Returns until when they are claimed (ms), and the lanes, earliest due first.
local now, limit = nowMs(ARGV[1]), tonumber(ARGV[3])
local due = {}
if #ARGV > 4 then
  for i = 5, #ARGV do
    if #due < limit and isDue(KEYS[1], ARGV[i], now) then due[#due + 1] = ARGV[i] end
  end
else
  due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now), 'LIMIT', 0, limit)
end
local untilMs = ''
for _, lane in ipairs(due) do untilMs = claim(KEYS[1], KEYS[2], lane, now, tonumber(ARGV[2]), tonumber(ARGV[4])) end
return { untilMs, unpack(due) }
