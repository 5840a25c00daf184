-- One page of a roster's ids in the order of their bytes, over some statuses: the next ids of each status.
-- KEYS[1] status
-- ARGV[1] the last id of the page before, or empty  [2] how many ids come before the page, of all these statuses together, where [1] is
-- empty  [3] how many of each status  [4..] indexes of statuses
-- Returns a list of ids for each status
local after, skip, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

-- Redis compares strings by the locale in Lua, and by their bytes in a sorted set.
local function comesAfter(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x > y end
  end
  return #a > #b
end

local function idAt(place)
  return redis.call('ZRANGE', KEYS[1], place, place)[1]
end

-- The first place from low on, or high, whose id comes after this one.
local function placeBehind(id, low, high)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if comesAfter(idAt(middle), id) then high = middle else low = middle + 1 end
  end
  return low
end

-- Where each status begins and ends; the page begins in between.
local lows, highs, ends = {}, {}, {}
for i = 4, #ARGV do
  lows[i - 3] = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. ARGV[i])
  ends[i - 3] = redis.call('ZCOUNT', KEYS[1], '-inf', ARGV[i])
  highs[i - 3] = ends[i - 3]
end

if after ~= '' then
  -- The last id of the page before may have another status by now: the search is for the place where it would be.
  for i = 1, #lows do lows[i] = placeBehind(after, lows[i], highs[i]) end
else
  -- The id in the middle of the widest part decides for all others which half of theirs comes before the page.
  while skip > 0 do
    local widest = 1
    for i = 2, #lows do if highs[i] - lows[i] > highs[widest] - lows[widest] then widest = i end end
    if lows[widest] == highs[widest] then break end
    local middle = math.floor((lows[widest] + highs[widest]) / 2)
    local id, places, before = idAt(middle), {}, 0
    for i = 1, #lows do
      places[i] = i == widest and middle + 1 or placeBehind(id, lows[i], highs[i])
      before = before + places[i] - lows[i]
    end
    if before <= skip then
      skip = skip - before
      lows = places
    else
      highs = places
      highs[widest] = middle
    end
  end
end

local pages = {}
for i = 1, #lows do
  pages[i] = lows[i] < ends[i] and redis.call('ZRANGE', KEYS[1], lows[i], math.min(ends[i], lows[i] + limit) - 1) or {}
end
return pages
