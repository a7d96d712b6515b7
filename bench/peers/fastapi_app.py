"""A webhook handler as it is commonly written with FastAPI, Stripe's package and sqlite3."""

import os
import sqlite3
from contextlib import asynccontextmanager

import stripe
from fastapi import FastAPI, HTTPException, Request

SECRET = os.environ["STRIPE_WEBHOOK_SECRET"]


@asynccontextmanager
async def lifespan(app: FastAPI):
    """Opens the database with the same promise that Till gives: on disk before the answer."""
    link = sqlite3.connect(os.environ["EVENTS_DB"])
    link.execute("PRAGMA journal_mode = WAL")
    link.execute("PRAGMA synchronous = FULL")
    link.execute(
        "CREATE TABLE IF NOT EXISTS events"
        " (id TEXT PRIMARY KEY, type TEXT NOT NULL, body TEXT NOT NULL)")
    app.state.link = link
    yield
    link.close()


app = FastAPI(lifespan=lifespan)


@app.post("/webhooks/stripe")
async def take(request: Request) -> dict:
    """Verifies, stores, answers."""
    body = await request.body()
    try:
        event = stripe.Webhook.construct_event(
            body, request.headers.get("stripe-signature", ""), SECRET)
    except (ValueError, stripe.SignatureVerificationError) as error:
        raise HTTPException(status_code=400, detail="no valid signature") from error
    link = app.state.link
    link.execute("INSERT OR IGNORE INTO events (id, type, body) VALUES (?, ?, ?)",
                 (event["id"], event["type"], body.decode()))
    link.commit()
    return {"received": True}
