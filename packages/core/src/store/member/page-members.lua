-- One page of a roster's ids in the order of their bytes, over some statuses: of each status those that come next.
-- KEYS[1] status
-- ARGV[1] the last id of the page before, or empty  [2] how many of each status  [3..] indexes of statuses
-- Returns a list of ids for each status
local after, limit = ARGV[1], tonumber(ARGV[2])

-- Redis compares strings by the locale in Lua, and by their bytes in a sorted set.
local function comesAfter(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x > y end
  end
  return #a > #b
end

local pages = {}
for i = 3, #ARGV do
  local low = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. ARGV[i])
  local past = redis.call('ZCOUNT', KEYS[1], '-inf', ARGV[i])
  local high = past
  -- The id before may have another status by now: it is looked for by where it would be.
  while after ~= '' and low < high do
    local middle = math.floor((low + high) / 2)
    if comesAfter(redis.call('ZRANGE', KEYS[1], middle, middle)[1], after) then high = middle else low = middle + 1 end
  end
  pages[i - 2] = low < past and redis.call('ZRANGE', KEYS[1], low, math.min(past, low + limit) - 1) or {}
end
return pages
