-- Records membership changes of one team key: desired state, outbox, dedup marks, index and timeline, in one atomic step.
-- Reads each member once and writes each structure once, however many changes a batch holds.
-- KEYS[1] lease  [2] rosters of the lane  [3] work  [4] outbox now  [5] outbox interactive  [6] outbox bulk
--     [7] seen, this period  [8] seen, the period before
--     then six for each roster: desired, observed, status, index, timeline, parked
-- ARGV[1] now (ms), or empty for Redis's own clock  [2] ms until this period's dedup marks may go  [3] timeline entries kept
--     [4] number of rosters, then their ids
--     then ten for each change: roster (1-based), member id, ref, time (ms) or empty, join|update|leave,
--     outbox (4|5|6), dedup digest or empty, the record's tail as JSON, its index entries joined by \1, timeline entry
-- Returns { leased (0|1), now, then per change: accepted|duplicate|stale|gone|future, version or 0 }
local now = ARGV[1]
if now == '' then
  local t = redis.call('TIME')
  now = t[1] .. string.format('%03d', math.floor(tonumber(t[2]) / 1000))
end
local nowMs = tonumber(now)
local keep = tonumber(ARGV[3])
local rosterCount = tonumber(ARGV[4])
local HEAD, WIDTH, PER_ROSTER, FUTURE_MS = 4 + rosterCount, 10, 6, 600000
local PENDING, WAITING = 0, 1

local rosters = {}
for i = 1, rosterCount do
  local base = 8 + (i - 1) * PER_ROSTER
  rosters[i] = {
    here = redis.call('SISMEMBER', KEYS[2], ARGV[4 + i]) == 1,
    id = ARGV[4 + i],
    desired = KEYS[base + 1], status = KEYS[base + 3], index = KEYS[base + 4], timeline = KEYS[base + 5],
    wanted = {}, order = {}, records = {}, lines = {}, changed = {}, statuses = {}, gone = {}, added = {}, work = {},
  }
end

-- Lua's unpack is bounded by its stack, so long argument lists go in slices.
local function inSlices(list, command, key, option)
  for from = 1, #list, 4000 do
    local to = math.min(from + 3999, #list)
    if option then redis.call(command, key, option, unpack(list, from, to)) else redis.call(command, key, unpack(list, from, to)) end
  end
end

local count = (#ARGV - HEAD) / WIDTH
local function field(change, offset) return ARGV[HEAD + (change - 1) * WIDTH + offset] end

-- Read every member and every dedup mark in few calls.
for change = 1, count do
  local roster = rosters[tonumber(field(change, 1))]
  local id = field(change, 2)
  if roster.here and not roster.wanted[id] then
    roster.wanted[id] = true
    roster.order[#roster.order + 1] = id
  end
end
for _, roster in ipairs(rosters) do
  for from = 1, #roster.order, 4000 do
    local to = math.min(from + 3999, #roster.order)
    local found = redis.call('HMGET', roster.desired, unpack(roster.order, from, to))
    local lines = redis.call('HMGET', roster.timeline, unpack(roster.order, from, to))
    for i = from, to do
      local json = found[i - from + 1]
      if json then roster.records[roster.order[i]] = cjson.decode(json) end
      roster.lines[roster.order[i]] = lines[i - from + 1] or ''
    end
  end
end

local marks, marked = {}, {}
local digests = {}
for change = 1, count do
  local digest = field(change, 7)
  if digest ~= '' then digests[#digests + 1] = digest end
end
for _, key in ipairs({ KEYS[7], KEYS[8] }) do
  for from = 1, #digests, 4000 do
    local to = math.min(from + 3999, #digests)
    local seen = redis.call('SMISMEMBER', key, unpack(digests, from, to))
    for i = from, to do
      if seen[i - from + 1] == 1 then marked[digests[i]] = true end
    end
  end
end

local function prepend(lines, entry)
  local kept = 1
  local cut = string.find(lines, '\n', 1, true)
  while cut and kept + 1 < keep do
    kept = kept + 1
    cut = string.find(lines, '\n', cut + 1, true)
  end
  if cut then lines = string.sub(lines, 1, cut - 1) end
  return lines == '' and entry or entry .. '\n' .. lines
end

local outboxes = { [4] = {}, [5] = {}, [6] = {} }
local work, result = {}, { 0, now }
for change = 1, count do
  local roster = rosters[tonumber(field(change, 1))]
  local id, ref, digest = field(change, 2), field(change, 3), field(change, 7)
  local time = tonumber(field(change, 4)) or nowMs
  local answer, version = nil, 0
  local current = roster.records[id]
  if not roster.here then answer = 'gone'
  elseif digest ~= '' and marked[digest] then answer = 'duplicate'
  elseif time > nowMs + FUTURE_MS then answer = 'future'
  elseif current and time < current.time then answer = 'stale'
  else
    answer = 'accepted'
    version = (current and current.version or 0) + 1
    local joined = field(change, 5) == 'join' and version or (current and current.joined or 0)
    local tail, index = field(change, 8), field(change, 9)
    local leaves = field(change, 5) == 'leave'
    if leaves and current then
      -- A leave names the member only: address and names stay as they were known.
      local known = current.json and cjson.decode(current.json) or current
      index = table.concat(known.index, '\1')
      tail = '"present":false,"email":' .. cjson.encode(known.email) .. ',"firstName":' .. cjson.encode(known.firstName)
        .. ',"lastName":' .. cjson.encode(known.lastName) .. ',"index":' .. cjson.encode(known.index) .. '}'
    end
    local json = string.format('{"v":1,"version":%d,"joined":%d,"time":%.0f,"at":%s,', version, joined, time, now) .. tail
    local record = { version = version, joined = joined, time = time, index = index, json = json }
    record.noAddress = not leaves and string.find(tail, '"email":null', 1, true) ~= nil
    -- What is stored, not what an earlier change of this batch made of it.
    if current and current.json then record.before = current.before else record.before = current end
    roster.records[id] = record
    if not roster.changed[id] then
      roster.changed[id] = true
      roster.added[#roster.added + 1] = id
      work[#work + 1] = ref
      work[#work + 1] = cjson.encode({ r = roster.id, m = id })
    end
    roster.lines[id] = prepend(roster.lines[id], field(change, 10))
    local outbox = outboxes[tonumber(field(change, 6))]
    outbox[#outbox + 1] = now
    outbox[#outbox + 1] = ref
  end
  if digest ~= '' and (answer == 'accepted' or answer == 'stale') then
    marked[digest] = true
    marks[#marks + 1] = digest
  end
  result[#result + 1] = answer
  result[#result + 1] = version
end

for _, roster in ipairs(rosters) do
  if #roster.added > 0 then
    local desired, timeline, statuses, gone, added = {}, {}, {}, {}, {}
    for _, id in ipairs(roster.added) do
      local record = roster.records[id]
      desired[#desired + 1] = id
      desired[#desired + 1] = record.json
      timeline[#timeline + 1] = id
      timeline[#timeline + 1] = roster.lines[id]
      statuses[#statuses + 1] = record.noAddress and WAITING or PENDING
      statuses[#statuses + 1] = id
      local before = record.before
      local old = before and table.concat(before.index, '\1') or ''
      if old ~= record.index then
        if before then
          for _, entry in ipairs(before.index) do gone[#gone + 1] = entry end
        end
        for entry in string.gmatch(record.index, '[^\1]+') do
          added[#added + 1] = 0
          added[#added + 1] = entry
        end
      end
    end
    inSlices(desired, 'HSET', roster.desired)
    inSlices(timeline, 'HSET', roster.timeline)
    inSlices(statuses, 'ZADD', roster.status)
    inSlices(gone, 'ZREM', roster.index)
    inSlices(added, 'ZADD', roster.index)
  end
end
if #work > 0 then inSlices(work, 'HSET', KEYS[3]) end
for at, outbox in pairs(outboxes) do
  if #outbox > 0 then inSlices(outbox, 'ZADD', KEYS[at], 'NX') end
end
if #marks > 0 then
  inSlices(marks, 'SADD', KEYS[7])
  if redis.call('PTTL', KEYS[7]) < 0 then redis.call('PEXPIRE', KEYS[7], ARGV[2]) end
end
result[1] = redis.call('EXISTS', KEYS[1])
return result
