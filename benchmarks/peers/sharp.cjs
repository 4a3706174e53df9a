// sharp's best cascade: one decode, shrunk while it loads, raw pixels from then on; one thread, no cache.
// Reads and answers as measuring.py does.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const sharp = require("sharp");

const ENOUGH_S = 1.0;
const MOST_REPETITIONS = 8;
const MASTER_QUALITY = 95;
const SMALL = 150; // the pixelated grids, 64 at most, are made from a picture of that size

sharp.concurrency(1);
sharp.cache(false);

async function* normalize(content) {
  const { format } = await sharp(content).metadata();
  const master = await saved(sharp(content).autoOrient(), format, MASTER_QUALITY);
  yield { name: "master", content: master };
}

async function* renditions(content, wanted) {
  const { format, autoOrient } = await sharp(content).metadata();
  const base = await raw(sharp(content).autoOrient().resize({ ...baseSize(autoOrient, wanted), fit: "fill" }));
  const small = await raw(open(base).resize(SMALL, SMALL, { fit: "inside", withoutEnlargement: true }));
  for (const rendition of wanted) {
    const image = rendition.blocks ? await pixelated(base, small, rendition) : shrunk(base, rendition);
    yield { name: rendition.name, content: await saved(image, format, rendition.quality) };
  }
}

// The smallest picture from which all renditions can be made.
function baseSize({ width, height }, wanted) {
  const scale = Math.min(1, Math.max(...wanted.map((rendition) => scaleOf(width, height, rendition))));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

function scaleOf(width, height, rendition) {
  const ratios = [];
  if (rendition.width) ratios.push(rendition.width / width);
  if (rendition.height) ratios.push(rendition.height / height);
  return rendition.fit === "cover" ? Math.max(...ratios) : Math.min(...ratios);
}

function shrunk(base, { width, height, fit }) {
  return open(base).resize({ width, height, fit, withoutEnlargement: true });
}

async function pixelated(base, small, rendition) {
  const { width, height, blocks } = rendition;
  const scale = Math.min(1, scaleOf(base.info.width, base.info.height, { width, height }));
  const size = { width: Math.round(base.info.width * scale), height: Math.round(base.info.height * scale) };
  const grid = await raw(open(small).resize(blocks, blocks, { fit: "inside" }));
  return open(grid).resize({ ...size, fit: "fill", kernel: "nearest" });
}

function open({ data, info: { width, height, channels } }) {
  return sharp(data, { raw: { width, height, channels } });
}

function raw(image) {
  return image.raw().toBuffer({ resolveWithObject: true });
}

function saved(image, format, quality) {
  if (format === "jpeg") return image.jpeg({ quality, chromaSubsampling: "4:2:0", optimiseCoding: false }).toBuffer();
  if (format === "webp") return image.webp({ quality, effort: 2 }).toBuffer();
  return image.png({ compressionLevel: 6 }).toBuffer();
}

async function measure(works) {
  const base = residentMb("VmRSS");
  const task = JSON.parse(process.argv[2]);
  const work = works[task.work];
  const content = fs.readFileSync(task.source);
  for await (const output of work(content, task.renditions)) {
    if (task.outputs) fs.writeFileSync(path.join(task.outputs, output.name), output.content);
  }
  const began = cpuS();
  let repetitions = 0;
  while (repetitions < MOST_REPETITIONS && (!repetitions || cpuS() - began < ENOUGH_S)) {
    for await (const _ of work(content, task.renditions));
    repetitions += 1;
  }
  const spent = (cpuS() - began) / repetitions;
  process.stdout.write(JSON.stringify({ cpu_s: spent, base_mb: base, peak_mb: residentMb("VmHWM") }));
}

function cpuS() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function residentMb(field) {
  const status = fs.readFileSync("/proc/self/status", "ascii");
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)[1]) / 1024;
}

measure({ normalize, renditions });
