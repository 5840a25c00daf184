-- For scripts that read and write dedup marks: whole numbers of 64 bits as text, spread over sets so small that Redis stores them as plain
-- integers (set-max-intset-entries), 8 bytes each. For every LOAD more marks there is one more set, which takes over the marks that
-- belong there from one other set (linear hashing): nothing is ever read or written as a whole. `key` counts the marks, and with them
-- the sets, `<key>:0`, `<key>:1` and so on.
local LOAD = 160

-- There is a set for each number below `half`, a power of two, and for each that was added beyond it since.
local function setOf(marks, mark)
  local number = tonumber(string.sub(mark, -7)) % (2 * marks.half)
  if number < 0 then number = -number end
  return number < marks.sets and number or number - marks.half
end

local function openMarks(key)
  local count = tonumber(redis.call('GET', key) or 0)
  local marks = { key = key, count = count, sets = math.floor(count / LOAD) + 1, half = 1, known = {} }
  while marks.half * 2 <= marks.sets do marks.half = marks.half * 2 end
  return marks
end

-- Lua's unpack is bounded by its stack.
local function askMany(command, key, list)
  local answers = {}
  for from = 1, #list, 4000 do
    local to = math.min(from + 3999, #list)
    local answer = redis.call(command, key, unpack(list, from, to))
    if type(answer) == 'table' then
      for i = from, to do answers[i] = answer[i - from + 1] end
    end
  end
  return answers
end

local function inSets(marks, list)
  local sets = {}
  for _, mark in ipairs(list) do
    local number = setOf(marks, mark)
    local set = sets[number]
    if set then set[#set + 1] = mark else sets[number] = { mark } end
  end
  return sets
end

-- Reads which of these are there: `marks.known`.
local function readMarks(marks, list)
  if marks.count == 0 then return end
  for number, set in pairs(inSets(marks, list)) do
    for i, is in ipairs(askMany('SMISMEMBER', marks.key .. ':' .. number, set)) do
      if is == 1 then marks.known[set[i]] = true end
    end
  end
end

local function splitSets(marks, expireMs)
  local added = marks.sets
  if marks.half * 2 <= added then marks.half = marks.half * 2 end
  marks.sets = added + 1
  local from, into = marks.key .. ':' .. added - marks.half, marks.key .. ':' .. added
  local goes = {}
  for _, mark in ipairs(redis.call('SMEMBERS', from)) do
    if setOf(marks, mark) == added then goes[#goes + 1] = mark end
  end
  if #goes == 0 then return end
  askMany('SREM', from, goes)
  askMany('SADD', into, goes)
  redis.call('PEXPIRE', into, expireMs)
end

-- Adds marks that are not there. The first one sets how long they stay.
local function addMarks(marks, list, expireMs)
  if #list == 0 then return end
  if marks.count == 0 then redis.call('SET', marks.key, 0, 'PX', expireMs) end
  local leftMs = redis.call('PTTL', marks.key)
  marks.count = redis.call('INCRBY', marks.key, #list)
  while marks.sets <= math.floor(marks.count / LOAD) do splitSets(marks, leftMs) end
  for number, set in pairs(inSets(marks, list)) do
    local key = marks.key .. ':' .. number
    askMany('SADD', key, set)
    if redis.call('PTTL', key) < 0 then redis.call('PEXPIRE', key, leftMs) end
  end
end
