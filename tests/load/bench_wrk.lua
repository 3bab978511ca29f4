-- SPDX-License-Identifier: Apache-2.0
-- bench_wrk.lua: sends prepared requests (bench_tokens), each once; every thread has a file of its own. Without a file,
-- wrk's own request is sent. Ends with a line of JSON.
--   wrk ... -s bench_wrk.lua URL -- [FILE [again]]     the files are FILE.0, FILE.1, ...; again: behind the last comes the first

local threads = {}

function setup(thread)
	thread:set("part", #threads)
	table.insert(threads, thread)
end

function init(args)
	sent, ran_out = 0, 0
	if not args[1] then
		return
	end
	local file = assert(io.open(args[1] .. "." .. part, "rb"))
	prepared = {}
	while true do
		local length = file:read("*n")
		if not length then
			break
		end
		file:read("*n")
		file:read(1)
		prepared[#prepared + 1] = file:read(length)
	end
	file:close()
	request = args[2] == "again" and next_again or next_request
end

-- There is no such page: a run that ran out of requests shows as one with bad answers.
local none = "GET /api/v1/bench-ran-out HTTP/1.1\r\nHost: localhost\r\n\r\n"

function next_request()
	sent = sent + 1
	local one = prepared[sent]
	if not one then
		ran_out = ran_out + 1
		return none
	end
	prepared[sent] = false
	return one
end

function next_again()
	sent = sent + 1
	return prepared[1 + sent % #prepared]
end

function done(summary, latency)
	local all, out = 0, 0
	for _, thread in ipairs(threads) do
		all = all + thread:get("sent")
		out = out + thread:get("ran_out")
	end
	local errors = summary.errors
	io.write(string.format('JSON {"answers":%d,"seconds":%.4f,"bytes":%d,"bad":%d,"broken":%d,"timeouts":%d,"sent":%d,"ran_out":%d,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f}\n',
		summary.requests, summary.duration / 1e6, summary.bytes, errors.status, errors.connect + errors.read + errors.write, errors.timeout, all, out,
		latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
