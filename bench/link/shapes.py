#!/usr/bin/env python3
"""Invented files of two shapes, with their truth in the column `cluster`, for measuring only.

    shapes.py few N SEED OUT.csv                 one file: persons with up to seven records each, few fields, many gaps
    shapes.py transactions N SEED LEFT.csv RIGHT.csv     payments as they leave one bank and arrive at others

`few` has the columns and the errors of Splink's example fake_1000 (unique_id, first_name, surname, dob, city, email: names
swapped, letters lost, doubled and exchanged, dates a day, a month, a year or ten off, half of the records with something
missing). `transactions` has those of its example on bank transfers (unique_id, memo, transaction_date, amount): some 150 days, unevenly
used, round amounts many times over, fees and exchange rates, memos cut short or lost, money that arrives up to a month later.
Nobody in them exists, and neither is a copy of those files. The same N and SEED give the same bytes."""
import csv
import random
import sys
from datetime import date, timedelta

FIRST = ("Oliver George Harry Jack Jacob Noah Charlie Muhammad Thomas Oscar William James Leo Alfie Henry Joshua Freddie Archie "
         "Ethan Isaac Alexander Joseph Edward Samuel Max Logan Lucas Daniel Theo Arthur Mohammed Harrison Benjamin Mason Finley "
         "Sebastian Adam Dylan Zachary Riley Teddy Theodore David Toby Jake Louie Elijah Reuben Arlo Hugo Luca Jaxon Matthew Harvey "
         "Reggie Michael Harley Jude Albert Tommy Luke Stanley Jenson Frankie Jayden Gabriel Elliot Mohammad Ronnie Charles Louis "
         "Elliott Frederick Nathan Lewis Blake Rory Ollie Ryan Tyler Jackson Dexter Alex Austin Kai Albie Caleb Carter Bobby Ezra "
         "Ellis Leon Roman Ibrahim Aaron Liam Jesse Jasper Felix Jamie Olivia Amelia Isla Emily Ava Lily Mia Sophia Isabella Grace "
         "Poppy Ella Evie Charlotte Jessica Daisy Isabelle Sophie Freya Florence Alice Phoebe Sienna Ruby Scarlett Elsie Millie "
         "Chloe Eva Lola Maisie Matilda Rosie Ivy Willow Evelyn Molly Lucy Imogen Harriet Erin Ellie Layla Elizabeth Maya Emma "
         "Hannah Lilly Thea Abigail Martha Zara Holly Maria Eleanor Georgia Lydia Julia Maryam Aisha Fatima Leah Darcey Robyn").split()
LAST = ("Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts Green Hall "
        "Wood Jackson Clarke Patel Khan Lewis James Phillips Mason Mitchell Rose Davis Rodriguez Cox Alexander Adams Baker Allen "
        "Young King Hill Moore Scott Harris Cooper Ward Turner Morris Carter Bailey Parker Bennett Cook Shaw Bell Murphy Miller "
        "Kelly Price Marshall Griffiths Simpson Begum Hussain Ali Ahmed Stevens Palmer Knight Mills Holmes Rogers Barker Butler "
        "Booth Kaur Dean Walsh Payne Stephens Ferguson Arnold Berry Russell Hughes Simmons Brooks Barrett Bond Macdonald Atkinson "
        "Kirk Mortimer Gordon Ellis Pearce Fletcher Lowe Chapman Webb Harvey Singh Shah Burton Saunders Fox Gray Ross Day Lee").split()
CITY = ("London Birmingham Leeds Manchester Liverpool Bristol Coventry Leicester Cardiff Plymouth Bradford Wolverhampton "
        "Southampton Portsmouth Norwich Luton Swansea Telford Bolton Aberdeen Huddersfield Northampton Peterborough Reading "
        "Stoke-on-Trent Kingston-upon-Hull Southend-on-Sea York Belfast Derby Preston Ipswich Slough Oxford Mansfield").split()


def skewed(r, values, power=2.0):
    """The first values more often than the last."""
    return values[int(len(values) * r.random() ** power)]


def typo(r, text):
    """One to three letters lost, doubled, exchanged with another place, or put somewhere."""
    s = list(text)
    for _ in range(r.choice((1, 1, 1, 2, 3))):
        if len(s) < 2:
            break
        i = r.randrange(len(s))
        kind = r.randrange(4)
        if kind == 0:
            del s[i]
        elif kind == 1:
            s.insert(i, r.choice(s))
        else:
            j = r.randrange(len(s)) if kind == 2 else min(i + 1, len(s) - 1)
            s[i], s[j] = s[j], s[i]
    return "".join(s)


def other_day(r, day):
    """A date with one part wrong, as they are mistyped; the day may follow."""
    kind = r.randrange(5)
    if kind == 0:
        return day + timedelta(days=r.choice((-2, -1, 1, 2)))
    if kind == 1:
        return day + timedelta(days=r.choice((-31, -30, 30, 31)))
    if kind == 2:
        return day + timedelta(days=r.choice((-365, 365, 366)))
    if kind == 3:
        return day + timedelta(days=r.choice((395, 396, -395)))
    return day + timedelta(days=r.choice((3652, -3652)))


def email_of(r, first, last):
    local = r.choice((f"{first}.{last}", f"{first[0]}.{last}", f"{first}{last}", f"{first[0]}{last}", f"{first}.{last[0]}")).lower()
    number = str(r.randrange(100)) if r.random() < 0.5 else ""
    host = r.choice(LAST).lower() + ("-" + r.choice(LAST).lower() if r.random() < 0.4 else "")
    return f"{local}{number}@{host}.{r.choice(('com', 'com', 'org', 'net', 'info', 'biz'))}"


def few(n, seed):
    r = random.Random(seed)
    rows, person = [], 0
    while len(rows) < n:
        first, last = skewed(r, FIRST, 1.4), skewed(r, LAST, 1.8)
        born = date(1970, 1, 1) + timedelta(days=r.randrange(18000))
        city = "London" if r.random() < 0.4 else skewed(r, CITY[1:], 1.5)
        email = email_of(r, first, last)
        for _ in range(r.randint(1, 7)):
            a, b = (last, first) if r.random() < 0.07 else (first, last)
            a = "" if r.random() < 0.17 else typo(r, a) if r.random() < 0.17 else a
            b = "" if r.random() < 0.17 else typo(r, b) if r.random() < 0.17 else b
            day = other_day(r, born) if r.random() < 0.33 else born
            c = "" if r.random() < 0.19 else typo(r, city) if r.random() < 0.2 else city
            e = "" if r.random() < 0.21 else typo(r, email) if r.random() < 0.17 else email
            rows.append((a, b, day.isoformat(), c, e, person))
        person += 1
    return rows[:n]


ACTION = ("payment donation transfer invoice rent salary refund gift loan fees tuition insurance deposit savings holiday bill "
          "subscription order sale mortgage expenses pension").split()


def memo_of(r):
    first, last = skewed(r, FIRST, 1.2), skewed(r, LAST, 1.3)
    who = r.choice((f"{first.upper()} {last[0]}", f"{first[0]} {last.upper()}", f"{first.upper()} {last.upper()}", last.upper()))
    what = skewed(r, ACTION)
    tail = f" {r.choice(('ref', 'no', 'inv', ''))} {r.randrange(10000)}" if r.random() < 0.35 else ""
    return f"{who} {what}{tail}"


def transactions(n, seed):
    r = random.Random(seed)
    # A memo is used by several payments, some of them many: standing orders.
    memos = [memo_of(r) for _ in range(max(1, n // 2))]
    left, right = [], []
    for i in range(n):
        memo = memos[int(len(memos) * r.random() ** 1.3)]
        day = date(2022, 1, 1) + timedelta(days=int(120 * r.random() ** 1.5))
        amount = r.choice((20.0, 25.0, 30.0, 50.0, 60.0, 60.0, 100.0, 250.0)) if r.random() < 0.15 else \
            round(min(5000.0, r.lognormvariate(4.5, 1.1)) + 1.0, 2)
        left.append((memo[:15], day.isoformat(), f"{amount:.2f}", i))
        kind = r.random()
        if kind < 0.55:
            got = amount
        elif kind < 0.75:
            got = amount - min(amount / 20, r.choice((0.3, 0.5, 1.0, 1.5)))          # a hidden fee
        elif kind < 0.93:
            got = amount * (1 - r.random() * 0.03)                                   # a fee in per cent
        else:
            got = amount * (1 + r.uniform(-0.2, 0.2))                                # exchanged
        late = r.choices((r.randint(0, 1), r.randint(2, 4), r.randint(5, 10), r.randint(11, 30)), (55, 28, 12, 5))[0]
        text, kind = memo, r.random()
        if kind < 0.25:
            text = memo[:r.randint(4, 12)]
        elif kind < 0.35:
            text = " ".join(w for w in memo.split(" ") if r.random() < 0.6) or memo[:6]
        elif kind < 0.42:
            text = typo(r, memo)
        elif kind < 0.45:
            text = ""
        right.append((text[:15], (day + timedelta(days=late)).isoformat(), f"{got:.2f}", i))
    r.shuffle(right)
    return left, right


def write(path, header, rows):
    with open(path, "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(header)
        for i, row in enumerate(rows):
            out.writerow((i, *row))


def main():
    if len(sys.argv) == 5 and sys.argv[1] == "few":
        write(sys.argv[4], ("unique_id", "first_name", "surname", "dob", "city", "email", "cluster"), few(int(sys.argv[2]), int(sys.argv[3])))
    elif len(sys.argv) == 6 and sys.argv[1] == "transactions":
        header = ("unique_id", "memo", "transaction_date", "amount", "cluster")
        for path, rows in zip(sys.argv[4:], transactions(int(sys.argv[2]), int(sys.argv[3]))):
            write(path, header, rows)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
