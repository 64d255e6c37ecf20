-- A part of scripts: jobs that are held until a person decides. A held job counts as done, so that no copy of it is sent; the
-- list it stands on is a hash by ordinal, "doubt:<m>" or "dead:<m>", of "<site>\n<payload>".

local function key_held(kind, m) return prefix .. kind .. ':' .. m end

local function varint(value)
  local bytes = ''
  while value >= 128 do
    bytes = bytes .. string.char(value % 128 + 128)
    value = math.floor(value / 128)
  end
  return bytes .. string.char(value)
end

-- A status change whose outcome, reason and so on come ready from Swift: see StatusChange+wire.swift.
local function change_of(ordinal, now, tail) return varint(ordinal) .. varint(now) .. tail end

local function tell(m, change) redis.call('XADD', outcomes_key, '*', 'm', m, 'c', change) end

-- A payload as it shall be when its job is sent again: no recoveries, its flags as given.
local function renewed(payload, flags)
  return string.sub(payload, 1, 4) .. '\0' .. string.sub(payload, 6, 6) .. string.char(flags) .. string.sub(payload, 8)
end

-- Takes a job that is nowhere else into a list of held ones, and tells the book. A job that is settled already is dropped.
local function hold(kind, m, site, payload, change)
  local ordinal = ordinal_of(payload)
  count(m, 'closed', 1)
  if redis.call('SETBIT', key_done(m), ordinal, 1) == 1 then return end
  redis.call('HSET', key_held(kind, m), ordinal, site .. '\n' .. renewed(payload, 1))
  tell(m, change)
end
