"""What a date can look like: the table of written forms, and the scanner that reads a folded text into atoms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from keii import lexicon
from keii.dates import readers as read
from keii.dates.atoms import AMOUNT, ERA, KANJI, LENGTH, UNIT, WEEKDAYS, Atom, parts, words, zones

_N = rf"(?P<n>\d{{1,4}}|[{KANJI}]{{1,6}})"
_N2 = rf"(?P<n>\d{{1,2}}|[{KANJI}]{{1,3}})"
_MONTH = r"(?P<m>1[0-2]|0?[1-9])"
_DAY = r"(?P<d>3[01]|[12]\d|0?[1-9])"
_FREE = r"(?<![A-Za-z\d/.-])"
_START = r"(?<![\d.,割学校])(?<!前半)(?<!後半)(?<!延長)(?<!\d月)(?<!\d月の)(?<![一二三四五六七八九十]月)"
_ABOUT = r"(?:およそ|おおよそ|約|ほぼ|まる|丸|もう|わずか|たった)?"
_MORE = r"(?:以上|ほど|くらい|ぐらい|ばかり|余り?|あまり|近く|弱|強|足らず|程度)?も?"
_LEN = rf"(?P<len>{LENGTH})"
_WEEK_MARK = rf"[(\[〔][ ]?(?:[{WEEKDAYS}](?:曜日?)?(?:[・、/ ]?[祝休])?|祝日?|休日?" rf"|[A-Z][a-z]{{2,8}}\.?)[ ]?[)\]〕]"
_MONTH_EN = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?"
    r"(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
_DAY_EN = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:[a-z]{3,6})?"
_NO_CLOCK = r"(?!間|期|代|点|刻|短|系|価|速|限|給|計|節|折|差|空|停|的|金|帰|局|候|世)"
_NO_MONTH = r"(?!面|曜|間|例|刊|号|収|給|額|目|食)"
_NO_DAY = r"(?!間|本(?!社|部|人)|目(?!の)|系|程|経平|産自|当たり|給|数|限|差|照|没)"
_NO_LENGTH = r"(?![度代月]|の[1-9]|営業|体制|態勢|対応|テレビ|マラソン|耐久|[割厘回条]|生|連続優勝)"
_TITLE_WEEKDAY = r"(?!劇場|ドラマ|ロード|洋画|版|会|夜会)"
_FRACTION = r"(?![A-Za-z\d/.%]|の(?:確率|議席|票|人|株|賛成)|以上|以下|程度|近く|弱|強|超|ほど|の?縮)"


class Form(NamedTuple):
    """A written form: its name, its pattern, and what reads it."""

    name: str
    pattern: str
    reader: read.Reader


def _any(options: Iterable[str]) -> str:
    return "(?:" + "|".join(re.escape(word) for word in sorted(set(options), key=lambda word: (-len(word), word))) + ")"


def _no_dates() -> list[Form]:
    return [
        Form("url", r"https?://[^\s「」『』()<>\"]+|[@#][A-Za-z]\w*", read.nothing),
        Form("phone", r"\+\d{1,3}[ -]?[\d-]{6,16}|\b0\d{1,4}-\d{1,4}-\d{3,4}\b|\b\d{3}-\d{3}-\d{4}\b", read.nothing),
        Form("word", _any(words("not")), read.nothing),
    ]


def _full_dates() -> list[Form]:
    era = rf"(?P<era>{ERA}|(?<![A-Za-z])[MTSHR](?=\d))"
    return [
        Form(
            "iso",
            r"(?<![\d./-])(?P<y>\d{4})-(?P<m>0[1-9]|1[0-2])-(?P<d>\d{2})[T ](?P<h>\d{2}):(?P<min>\d{2})"
            r"(?::(?P<s>\d{2})(?:\.\d{1,9})?)?[ ]?"
            r"(?P<zone>Z|[+-]\d{2}:?\d{2})?(?!\d)",
            read.iso,
        ),
        Form(
            "ymd",
            rf"(?<![A-Za-z\d/.])(?:(?<!\d-)|(?=\d{{4}}[/.])){era}?(?P<y>\d{{4}}|\d{{1,2}}|元)"
            rf"(?P<sep1>[/.・-])(?P<m>\d{{1,2}})(?P=sep1)"
            r"(?P<d>\d{1,2})(?!\d|(?P=sep1)\d)",
            read.ymd,
        ),
        Form(
            "version",
            r"(?:[Vv]er\.?|[Vv]ersion|バージョン|[A-Za-z]-?)[ ]?\d+(?:\.\d+)+|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}",
            read.nothing,
        ),
        Form("dmy", rf"{_FREE}(?P<d>\d{{1,2}})(?P<sep2>[/.-])(?P<m>\d{{1,2}})(?P=sep2)(?P<y>\d{{4}})(?!\d)", read.dmy),
        Form("short_ymd", rf"{_FREE}'?(?P<y>\d{{2}})/{_MONTH}/{_DAY}(?!\d|[./-]\d)", read.short_ymd),
        Form("era_month", rf"{_FREE}(?P<era>{ERA})(?P<y>\d{{1,2}}|元)[/.,]{_MONTH}月?(?!\d|[./-]\d)", read.year_month),
        Form("year_month", rf"{_FREE}(?:西暦)?(?P<y>(?:1[0-9]|20)\d\d)/{_MONTH}月?(?![\d/.]|-\d)", read.year_month),
        Form("dotted_month", rf"{_FREE}(?P<y>(?:19|20)\d\d)\.{_MONTH}(?:月|(?=[にはのか~]|$))(?!\d)", read.year_month),
        Form("month_day", rf"(?<![A-Za-z\d/.:])(?:(?<![-])|(?<=\d-))(?<!約)(?<!分の){_MONTH}/{_DAY}{_FRACTION}", read.month_day),
        Form("month_day_weekday", rf"{_FREE}{_MONTH}[.-]{_DAY}(?=[ ]?(?:{_WEEK_MARK}|[{WEEKDAYS}]曜))", read.month_day),
        Form(
            "english",
            rf"(?<![A-Za-z])(?:(?P<m1>{_MONTH_EN})\.?[ ](?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:,?[ ]"
            rf"(?P<y1>\d{{4}}))?(?!\d)"
            rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?[ ](?P<m2>{_MONTH_EN})\.?,?(?:[ ](?P<y2>\d{{4}}))?"
            rf"(?![A-Za-z\d])"
            rf"|(?P<y3>\d{{4}}),[ ](?P<m3>{_MONTH_EN})[ ](?P<d3>\d{{1,2}})(?!\d)|(?P<m4>{_MONTH_EN})\.?[ ]"
            rf"(?P<y4>\d{{4}})(?!\d))",
            read.english,
        ),
    ]


def _years() -> list[Form]:
    return [
        Form("lone_year", r"(?<![\s\S])(?P<y>(?:19|20)\d\d)(?![\s\S])", read.lone_year),
        Form(
            "glossed_year",
            rf"(?P<y>\d{{4}})年?\((?P<era>{ERA})(?P<told>\d{{1,2}}|元)年?\)年?|(?P<era2>{ERA})"
            rf"(?P<told2>\d{{1,2}}|元)年?\((?P<y2>\d{{4}})年?\)年?",
            read.glossed_year,
        ),
        Form(
            "era_year",
            rf"(?P<era>{ERA}|(?<![A-Za-z])[MTSHR](?=\d))[ ]?(?P<y>\d{{1,2}}|元|[{KANJI}]{{1,4}})(?:年度?|"
            rf"(?=\(\d{{4}}年?\)年?))",
            read.year_of_era,
        ),
        Form("imperial", r"皇紀(?P<y>\d{3,4})年", read.imperial_year),
        Form("bc", rf"(?:紀元前|BC)[ ]?{_N}(?:年|世紀)", read.before_christ),
        Form("century", rf"(?<![\d.]){_N2}世紀(?!も|半(?!ば)|前(?!半)|後(?!半)|近|目|に?わた|ぶり|間)", read.century),
        Form("decade", r"(?<!\d)(?P<n>\d{2,4})年代", read.decade),
        Form(
            "every",
            r"毎(?P<every>年度?|月|週末|週|日|時|分|秒|春|夏|秋|冬|朝|晩|夜|夕)|各(?P<each>週|月|年|日)"
            r"(?=[日月火水木金土]曜|の?\d|$)",
            read.every,
        ),
        Form(
            "year",
            rf"(?P<ad>西暦)?(?<![\d.,第万億千])(?P<y>\d{{4}}|\d{{3}}|(?<=西暦)\d{{1,2}}"
            rf"|[〇零一二三四五六七八九]{{4}}|二〇十[一二三四五六七八九]"
            rf"|[一二]千[{KANJI}]{{0,7}})[ ]?年(?:度(?!目))?(?!間|代|ぶり|以上続|もの|も(?:続|経|た|か))",
            read.year,
        ),
        Form("short_year", r"(?<![\d.,第])'(?P<y>\d{2})(?:年度?|(?=[春夏秋冬]|[にはがをも、。)]|$))", read.short_year),
        Form(
            "kanji_short_year",
            r"(?<![〇一二三四五六七八九十])(?!三四|四五|五六|六七|七八)(?P<y>[〇一二三四五六七八九]{2})年(?:度(?!目))?(?!間)",
            read.short_year,
        ),
        Form(
            "two_digit_year",
            r"(?<![\d.,第'])(?P<y>\d\d)年(?:度(?!目)|(?=の?(?:\d{1,2}[~-])?(?:1[0-2]|0?[1-9])月(?!間)"
            r"|[春夏秋冬末]|初め|前半|後半|半ば|第[1-4]四半期"
            r"|の(?:年末|夏|春|秋|冬)))",
            read.short_year,
        ),
    ]


def _lengths() -> list[Form]:
    lead = (
        r"(?P<lead>ここ|この|過去|直近の?|最近の?|最後の|これまでの?|これから先?の?|今後の?|向こう"
        r"|次の|今(?=[1一]時)|前の|先の"
        rf"|(?<![一-龠])後(?=[{KANJI}\d]{1, 4}[年か日週]))"
    )
    passed = r"(?:が|ほど)?(?:経っ|たっ|経過し)(?:た(?:ら|あと|後|とき)|てから)|経過後に?|過ぎたら|過ぎに"
    inside = r"で(?=$|出発|終了|完了|満了|戻|帰|でき|忙|[一-龠]{1,3}(?:します|する。)|。)"
    return [
        Form(
            "every_length",
            rf"(?P<len>{AMOUNT}{UNIT})(?:おき|ごと|毎|に(?:{AMOUNT}[回度]|(?P<inner>{AMOUNT}{UNIT})))",
            read.every_length,
        ),
        Form(
            "rate",
            rf"(?<![\d一-龠])(?P<unit>[年月週日])(?:に{AMOUNT}(?:[回度]|[かヶカ]月|日|時間|分)|{AMOUNT}"
            rf"(?:回|日|時間))(?![前後])"
            r"|(?<![\d月])[1一](?P<day>日)(?:\d{1,2}|[一二三四五六])(?:時間|回)",
            read.rate,
        ),
        Form(
            "window",
            rf"{lead}{_ABOUT}(?P<len>{LENGTH}(?!半?期))間?(?:ほど|くらい|ぐらい|余り|あまり)?(?!以内|[前後]|目)",
            read.window,
        ),
        Form("within", rf"{_START}(?:今から|向こう|今後)?{_ABOUT}{_LEN}(?:間?以内に?|内に)", read.ahead),
        Form("ahead", rf"{_START}あと{_LEN}間", read.ahead),
        Form(
            "offset",
            rf"{_START}{_ABOUT}(?P<lead>今から|これから|あと|その|それから|この)?{_ABOUT}{_LEN}{_MORE}"
            rf"(?:経過)?の?"
            r"(?P<dir>前(?!後|半|年|期|回|か月|倒)|まえ|後(?!半|ろ|期|見|継|退)|のち|あと|先(?!週|月|進))",
            read.offset,
        ),
        Form("since_event", rf"(?<=から)(?:わずか|約|およそ|ほぼ|ちょうど){_LEN}(?=で[、は])", read.elapsed),
        Form("elapsed", rf"{_START}(?:あと)?{_ABOUT}{_LEN}(?:弱|強)?(?:{inside}|{passed}|弱で)", read.elapsed),
        Form("todate", r"年初来", read.year_to_date),
    ]


def _edges() -> list[Form]:
    unit_edge = (
        r"年末年始|年度末|年度初め|年度始め|年末|年始|年明け|年初|年頭(?!所感)|新年(?!度|会|早)|月末"
        r"|月初め?|月頭|週末|週明け|週初め"
        r"|週の(?:初め|はじめ|始め|終わり|半ば)|週半ば"
    )
    edge = r"末|初め|始め|はじめ|初頭|半ば|なかば|中頃|中ごろ|中盤|終わり|暮れ?|頭(?=[かにのは~、]|$)|中旬"
    tail = r"間|にわたり|にわたって|以上|以下|未満|くらい|ぐらい|ほど|余り|あまり|ぶり|目|近く|も(?=続|経" r"|た|か|耐)"
    season = (
        r"(?:今|昨|去|翌|来|この|その|同|(?<=[年し]の)|(?<=年)|(?<=\d{4}))[春夏秋冬]|"
        r"(?<![ぁ-のひ-んァ-ヴ一-龠A-Za-z])[春夏秋冬](?=[にかま])"
    )
    return [
        Form("unit_edge", unit_edge, read.unit_edge),
        Form(
            "pair",
            r"(?<![\d.,/:-])(?P<n>\d{1,4})(?:(?:[~・、,-]|から)\d{1,4}){1,5}(?:の両)?(?P<unit>両?日|月期?"
            r"|年度?|時)(?!間|前|後|代|ごと|おき|に\d)",
            read.pair,
        ),
        Form("duration", rf"{_START}{_ABOUT}{_LEN}(?P<tail>{tail})?{_NO_LENGTH}", read.duration),
        Form(
            "quarter",
            r"第(?P<n>[1-4一二三四])四半期|(?<![A-Za-z])Q(?P<q>[1-4])(?![A-Za-z\d])"
            r"(?![ .:．]{1,2}(?![\d前売決業]))",
            read.quarter,
        ),
        Form(
            "half",
            r"上半期|下半期|上期|下期|(?:(?<=[年月度代紀])|(?<=[年度代紀]の)|(?<=\d月の)|"
            r"(?<![\d一-龠])月の)(?:前半|後半)(?!戦|\d)",
            read.half,
        ),
        Form("tenday", r"(?<=[月の)\d])[上中下初]旬|(?<![一-龠])[上中下]旬", read.tenday),
        Form("edge", rf"(?:(?<=[年月週代紀度春夏秋冬])|(?<=[年月週代紀度日春夏秋冬]の))(?:{edge})(?!期|の日)", read.edge),
        Form("season", rf"(?:{season})(?!の(?:甲子園|陣|ソナタ|高校|選抜|センバツ|風物)|闘|季|場所|物|分)", read.season),
    ]


def _days() -> list[Form]:
    minutes = rf"(?P<half>半)|(?P<m>[0-5]?\d|[{KANJI}]{{1,3}})分(?!の[1-9])(?P<back>前)?|(?P<bare>[0-5]\d)" rf"(?!\d|分|秒)"
    echo = (
        r"翌(?=の?\d|[一二三四五六七八九十])|同じ?(?=\d{1,2}[日月時]|[一二三四五六七八九十]{1,3}[日時]"
        r"|午[前後]|[夜朝夕晩](?![一-龠]))"
    )
    return [
        Form("next_week", r"次の(?=[月火水木金土日]曜)", read.next_week),
        Form("whole_day", r"(?<![一-龠])[一1]日(?=の終わり)", read.whole_day),
        Form("deictic", _any({**words("shift"), **words("same")}) + r"(?!新聞|放送|版|市|子|曜|目|間)", read.deictic),
        Form("kana_month", _any(read.MONTH_KANA), read.kana_month),
        Form("month", rf"(?<![\d.,])(?<![か数何ひ]){_N2}[ ]?月(?:期(?!間|限|待|日))?{_NO_MONTH}", read.month),
        Form("week", r"(?:第(?P<n>[1-5]?\d|[一二三四五])|(?P<word>最初|最後|最終)の)週(?!間)", read.week),
        Form("day", rf"(?<![\d.,/:])(?<![数何]){_N2}[ ]?日{_NO_DAY}(?:目(?=の[{WEEKDAYS}]曜))?", read.day),
        Form(
            "weekday",
            rf"(?:第?(?P<nth>[1-5一二三四五]|最後|最終|最初)の?)?(?P<day>[{WEEKDAYS}]曜日?|"
            rf"(?:{'|'.join(read.WEEK_KANA)})び?){_TITLE_WEEKDAY}",
            read.weekday,
        ),
        Form("weekday_mark", rf"[ ]?{_WEEK_MARK}|(?<=\d)[ ]{_DAY_EN}\.?(?![A-Za-z])", read.weekday_mark),
        Form(
            "offset_zone",
            r"[(\[〔](?:UTC|GMT|JST|協定世界時)?[ ]?(?P<sign>[+±-])(?P<h>\d{1,2})(?::?(?P<m>\d{2}))?"
            r"(?:時間)?(?:、?以下同じ?)?[)\]〕]"
            r"|(?:UTC|GMT)[ ]?(?P<sign2>[+±-])(?P<h2>\d{1,2})(?::?(?P<m2>\d{2}))?",
            read.offset_zone,
        ),
        Form(
            "zone",
            rf"[(\[〔](?P<in>{_any(zones())})(?:、?以下同じ?)?[)\]〕]|(?P<bare>{_any(zones())})(?![A-Za-z]"
            rf"|の?(?:\d+|[一二三])時間)",
            read.zone,
        ),
        Form(
            "colon",
            r"(?<![A-Za-z\d:.])(?P<h>\d{1,2}):(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d))?(?![\d:])(?:[ ]?"
            r"(?P<half>[AaPp]\.?[Mm]\.?)(?![A-Za-z]))?",
            read.colon,
        ),
        Form(
            "clock",
            rf"(?<![\d.,])(?P<h>\d{{1,2}}|[零〇]|十[一二]?|二?十[一二三四五六七八九]?|[二三四五六七八九]|一"
            rf"(?=時(?:半|\d|[{KANJI}]))|(?<=[前後朝昼夜明深晩日の])一)[ ]?時"
            rf"{_NO_CLOCK}(?:{minutes})?(?:(?P<s>[0-5]?\d|[{KANJI}]{{1,3}})秒)?台?",
            read.clock,
        ),
        Form("holiday", _any({**words("fixed"), **words("nth"), **words("law"), **words("span")}) + r"(?!市|町)", read.holiday),
        Form("latin_part", r"(?<![A-Za-z])[AaPp]\.?[Mm]\.?[ ]?(?=\d{1,2}[:時])", read.latin_part),
        Form("part", rf"(?P<word>{_any(parts())})(?:中(?![一-龠]))?", read.part),
        Form("echo", echo, read.echo),
        Form("now", r"ただいま|今すぐ|(?<![一-龠])今(?=から|は)(?!から\d)", read.now),
    ]


@cache
def forms() -> tuple[tuple[str, re.Pattern[str], read.Reader], ...]:
    """All forms, in the order they are tried: what is no date, then the more specific before the less."""
    table = [*_no_dates(), *_full_dates(), *_years(), *_lengths(), *_edges(), *_days()]
    return tuple((form.name, re.compile(form.pattern), form.reader) for form in table)


@cache
def _order() -> dict[str, int]:
    return {name: i for i, (name, _, _) in enumerate(forms())}


@cache
def _master() -> re.Pattern[str]:
    """All forms as one alternation; the name of the form that matched is the last group's."""
    bare = ((name, re.sub(r"\(\?P<(?!sep)\w+>", "(?:", form.pattern)) for name, form, _ in forms())
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in bare))


@cache
def _trigger() -> re.Pattern[str]:
    """Where a form may begin; everywhere else the table need not be tried."""
    lexical = (
        [word for row in lexicon.table("dates") if row[1] != "event" for word in row[0].split(" ")]
        + list(zones())
        + [*read.MONTH_KANA, *read.WEEK_KANA]
    )
    heads = {
        word[: 2 if re.match("[一-龠]", word) else 3]
        for word in lexical
        if (len(word) > 1 and word not in zones()) or not word.isascii()
    }
    chars = (
        rf"[\d{KANJI}+@#第毎春夏秋冬夜朝昼晩夕約]|'(?=\d)|[(\[〔](?=[{WEEKDAYS}祝休UGJ+±-]"
        rf"|{_any(zones())})|[{WEEKDAYS}]曜|同(?=じ?[\d{KANJI}午夜朝夕晩])|翌(?=の?[\d{KANJI}春夏秋冬])"
    )
    edges = (
        r"[上中下初]旬|[上下]半期|[上下]期|[前後]半|年[末始明初頭度に\d]|月[末初頭のに\d]"
        r"|週[末明初のに半\d]|日に|[末終暮頭]|始め|初め|初頭|半ば|中頃|中ごろ|中盤|半[世年月日時]"
        r"|[数何]|各[週月年日]"
    )
    latin = (
        r"(?<![A-Za-z])(?:[JFMASOND][a-z]|[MTSHRQ](?=\d)|[AaPp]\.?[Mm]|BC|[Vv]er|http|[UG][TM][CT]"
        r"|[A-Z]{2,4}T)|[A-Za-z]-?[ ]?(?=\d)|(?<=\d) [MTWFS]"
    )
    leads = (
        r"バー|およ|おお|ほぼ|まる|丸|四半|もう|わず|たっ|ここ|この|過去|直近|最[後近初終]|これ"
        r"|今[1一後か春夏秋冬は]|向こ|次の|前の|先の|後(?=[\d一-十])|あと|その|それ|西暦|紀元|皇紀"
        r"|はじ|なか|ただ|ひと|ふた"
    )
    first = (
        re.escape("".join(sorted({head[0] for head in heads})))
        + "第毎春夏秋冬夜朝昼晩夕約同翌上中下初前後年週末終暮頭始半数何各バおほま丸四もわたこ過直最今向"
        "次先あそ西紀皇はなひふ明大昭平令昨去来"
    )
    either = "|".join((chars, edges, latin, leads, f"{ERA}|[昨去来]年?[春夏秋冬]", *map(re.escape, sorted(heads))))
    return re.compile(rf"(?=[\dA-Za-z{KANJI}{WEEKDAYS}+@#'(\[〔 {first}])(?:{either})")


def scan(text: str) -> Iterator[Atom]:
    """Read a folded text into atoms, from left to right; what is no date (`not`) is left out.

    >>> [(atom.kind, atom.values) for atom in scan("11月17日午後3時半")]
    [('month', (11,)), ('day', (17,)), ('part', ()), ('clock', (3, 30, None))]
    """
    table, order = forms(), _order()
    at = 0
    while trigger := _trigger().search(text, at):
        start = trigger.start()
        match = _master().match(text, start)
        found = _first(table[order[str(match.lastgroup)] :], text, start) if match else None
        if found and found.kind != "not":
            yield found
        at = found.end if found else start + 1


def _first(table: tuple[tuple[str, re.Pattern[str], read.Reader], ...], text: str, start: int) -> Atom | None:
    """The reading of the first form that both matches and is a date."""
    for _, pattern, reader in table:
        match = pattern.match(text, start)
        if match and match.end() > start and (found := reader(match)):
            return found
    return None
