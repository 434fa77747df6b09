// Replays the log of a Delta table, as its protocol says, and prints the rows of its snapshot.
import { existsSync, readFileSync } from 'node:fs'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

const table = process.argv[2]
const log = `${table}/_delta_log`
const files = new Map()
const read = async path => parquetReadObjects({ file: await asyncBufferFromFile(path), compressors })
const replay = ({ add, remove }) => {
  if (add?.path) files.set(add.path, add)
  if (remove?.path) files.delete(remove.path)
}

let version = -1
if (existsSync(`${log}/_last_checkpoint`)) {
  version = JSON.parse(readFileSync(`${log}/_last_checkpoint`, 'utf8')).version
  for (const row of await read(`${log}/${String(version).padStart(20, '0')}.checkpoint.parquet`)) replay(row)
}
for (let path; existsSync(path = `${log}/${String(version + 1).padStart(20, '0')}.json`); version++) {
  for (const line of readFileSync(path, 'utf8').trim().split('\n')) replay(JSON.parse(line))
}
for (const path of files.keys()) {
  for (const row of await read(`${table}/${decodeURIComponent(path)}`)) {
    console.log(Object.keys(row).sort().map(column => row[column] instanceof Date ? row[column].toISOString() : String(row[column])).join('\t'))
  }
}
