-- For scripts that read the observed state of a member (observed.ts): the desired version that was carried out.
local function convergedOf(text)
  local version = string.match(text, '^3\t(%d+)')
  if version then return tonumber(version) end
  local observed = cjson.decode(text)
  return observed.c or observed.converged or 0
end
