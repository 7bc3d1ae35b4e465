"""The words that people disguise, and the small words they stand among.

Spaced-out and stretched spellings are resolved only towards a word in this list: joining letters
blindly was measured to do harm. So the list holds what is worth resolving, not a dictionary.
"""

_ABUSE = """
anus arse arsehole ass asses asshole assholes bastard bastards bitch bitches bollocks boob boobs
bullshit clown cock cocks cocksucker coward crap creep cretin cum cunt cunts damn degenerate dick
dickhead dicks dipshit douche douchebag dumb dumbass dyke fag faggot faggots fags filth filthy
fool freak fuck fucked fucker fuckers fuckin fucking fucks garbage gay goddamn hag hell homo hoe
hypocrite idiot idiotic idiots ignorant imbecile imbeciles jackass jerk jerks kike kikes kys lesbo
liar liars loser losers lunatic maggot moron moronic morons motherfucker motherfuckers
motherfucking nazi nazis negro nigga niggas nigger niggers nonce nutter paki pakis parasite
pathetic pedo pedophile penis pig pigs piss pissed porn prick pricks psycho pussies pussy queer
queers racist rape raped rapist rat retard retarded retards rubbish savage scum scumbag sex sexist
shit shite shithead shits shitty sissy skank slag slut sluts slutty snowflake spastic spic stupid
suck sucker sucks tit tits tosser tosspot traitor tranny trash troll trolls turd twat twats ugly
useless vagina vermin wank wanker wankers whore whores worthless wuss
"""

_THREAT = """
beat bleed bomb burn bury choke cut dead death destroy die dies drown gun gut hang hate hates hit
hunt hurt kill killed killer killing kills knife murder punch shoot shot slaughter stab strangle
suicide threat throat torture
"""

_PLAIN = """
a all am an and any are as at be been big black but by call can come could cool did do does dont
for from full get go going gonna good got had has have he her here him his how i if in into is it
its job just keep know like little look lot love make man me mom mother much my need never no not
now of off ok old on one only or our out over people please real really right said say see self
she should so some stop such take talk tell than thank thanks that the their them then there they
thing think this time to too u up us very wait want was way we were what when where white who why
will wish with woman women would wow yeah yes you your yours yourself
"""

LEXICON = frozenset((_ABUSE + _THREAT + _PLAIN).split())
LONGEST_WORD = max(map(len, LEXICON))
