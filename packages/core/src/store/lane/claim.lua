-- For scripts that claim lanes of a ready set: the lane's entry moves into the future, so that the claim of a dead worker runs out.
-- A ring during the visit takes effect at its end: until then the lane is held, so that no other worker comes to a lane that is being visited.
-- Returns until when the lane is claimed (ms).
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
