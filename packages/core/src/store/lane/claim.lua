-- For scripts that claim lanes of a ready set: the lane's entry moves into the future, so that a claim of a dead worker ends by itself.
-- A ring during the visit is answered at its end: till then a lane is held, so that it brings no other worker to a lane that is being visited.
-- Returns until when it is claimed (ms).
local function claim(readySet, heldLanes, lane, now, claimMs, holdMs)
  local untilMs = string.format('%.0f', now + claimMs)
  redis.call('ZADD', readySet, untilMs, lane)
  redis.call('HSET', heldLanes, lane, string.format('%.0f', now + holdMs))
  return untilMs
end

local function isDue(readySet, lane, now)
  local score = redis.call('ZSCORE', readySet, lane)
  return score and tonumber(score) <= now
end
