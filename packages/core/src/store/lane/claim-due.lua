-- Claims due lanes of one ready set by moving each into the future, so that a claim of a dead worker ends by itself.
-- A ring during the visit is answered at its end: till then a lane is held, so that it brings no other worker to a lane that is being visited.
-- KEYS[1] the ready set  [2] lanes that are held
-- ARGV[1] now (ms), or empty for Redis's own clock  [2] claimed for (ms)  [3] how many at most  [4] held for (ms)
--     [5..] only these lanes, when given
-- Returns until when they are claimed (ms), and the lanes, earliest due first.
local now, limit = tonumber(ARGV[1]), tonumber(ARGV[3])
if not now then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end
local untilMs = string.format('%.0f', now + tonumber(ARGV[2]))
local due = {}
if #ARGV > 4 then
  for i = 5, #ARGV do
    local score = redis.call('ZSCORE', KEYS[1], ARGV[i])
    if score and tonumber(score) <= now and #due < limit then due[#due + 1] = ARGV[i] end
  end
else
  due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now), 'LIMIT', 0, limit)
end
local held = string.format('%.0f', now + tonumber(ARGV[4]))
for _, lane in ipairs(due) do
  redis.call('ZADD', KEYS[1], untilMs, lane)
  redis.call('HSET', KEYS[2], lane, held)
end
return { untilMs, unpack(due) }
