// What people write instead, in JavaScript: one function that S3 invokes, with sharp.
"use strict";
const { DynamoDBClient, PutItemCommand } = require("@aws-sdk/client-dynamodb");
const { GetObjectCommand, PutObjectCommand, S3Client } = require("@aws-sdk/client-s3");
const sharp = require("sharp");

const RENDITIONS = JSON.parse(process.env.RENDITIONS);
const s3 = new S3Client({ forcePathStyle: true });
const dynamodb = new DynamoDBClient({});

exports.handle = async (event) => {
  for (const record of event.Records) {
    const Bucket = record.s3.bucket.name;
    const Key = decodeURIComponent(record.s3.object.key.replace(/\+/g, " "));
    const object = await s3.send(new GetObjectCommand({ Bucket, Key }));
    const content = Buffer.from(await object.Body.transformToByteArray());
    const { format } = await sharp(content).metadata();
    const stored = await Promise.all(RENDITIONS.map((wanted) => store(content, Key, format, wanted)));
    const Item = {
      key: { S: Key },
      bytes: { N: String(content.length) },
      renditions: { L: stored.map(({ key, bytes }) => ({ M: { key: { S: key }, bytes: { N: String(bytes) } } })) },
      done_at: { S: new Date().toISOString() },
    };
    await dynamodb.send(new PutItemCommand({ TableName: process.env.TABLE, Item }));
  }
};

async function store(content, key, format, wanted) {
  const image = await shrunk(content, wanted);
  const Body = await image.toFormat(format, { quality: wanted.quality }).toBuffer();
  const Key = `${key}/${wanted.name}`;
  const ContentType = `image/${format}`;
  await s3.send(new PutObjectCommand({ Bucket: process.env.OUTPUTS, Key, Body, ContentType }));
  return { key: Key, bytes: Body.length };
}

async function shrunk(content, { width, height, fit, blocks }) {
  const image = sharp(content).autoOrient().resize({ width, height, fit, withoutEnlargement: true });
  if (!blocks) return image;
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  const grid = await sharp(data).resize(blocks, blocks, { fit: "inside" }).toBuffer();
  return sharp(grid).resize({ width: info.width, height: info.height, fit: "fill", kernel: "nearest" });
}
