"""The words that people disguise, and the common words they stand among.

Disguised spellings are resolved only towards a word in this list: joining letters blindly was
measured to do harm. So the list holds what is worth resolving, not a dictionary. The commonest
stand first among the abuse: of two words that a mask may hide (`f**k`), the first is taken.
"""

_ABUSE = """
fuck shit bitch cunt asshole dick nigger fucking faggot idiot bullshit whore slut cock pussy
bastard motherfucker fucked fucker fuckers fuckin fucks fuckhead fuckface fucktard fuckwit fuckoff
shits shite shithead shitty shitting shithole bitches bitching bitchy cunts assholes dicks
dickhead dickheads niggers nigga niggas fags fag faggots fagget idiots idiotic idiocy whores sluts
slutty cocks cocksucker cocksuckers cocksucking pussies bastards motherfuckers motherfucking
anal anus arse arsehole arseholes arses ass asses assclown asswipe badass
bollocks boner boob boobs brainless breasts bugger bum bullcrap butt butthole butthurt butts
chink chump clit clown clowns coon coward cowardly cowards crap crappy creep creeps creepy
cretin crook cum cumming damn damned deadbeat degenerate degenerates deviant dildo dimwit
dipshit dirty disgrace disgraceful disgusting dork dorks douche douchebag douchebags dumb dumbass
dumbest dummy dunce dyke ejaculate erection fanny fart farts fascist fascists fat fatass fatso
feces filth filthy fool foolish fools freak freaks freaking frigging garbage gay gays geek goddamn
gook goon hag hell hoe hoes homo homos homophobe homosexual hooker horny hypocrite hypocrites
ignorant illiterate imbecile imbeciles incompetent jackass jackasses jerk jerks jizz kike kikes
kys lame lesbian lesbo liar liars loser losers lunatic lunatics maggot maggots masturbate
masturbating masturbation molest molester mongoloid monkey monkeys moron moronic morons muff
nazi nazis negro negroes nerd nerds nonce nutjob nutter orgasm orgy paedo paedophile paki pakis
parasite parasites pathetic pecker pedo pedophile pedophiles penis penises perv pervert perverts
pig pigs piss pissed pissing pompous poof poop porn prick pricks prostitute psycho psychopath puke
punk queer queers racism racist racists raghead rape raped rapes raping rapist rapists
rectum redneck rednecks retard retarded retards rubbish savage savages scrotum scum scumbag
scumbags semen sex sexist sexual shemale sissy skank skanks slag slags slime slimy snatch
snitch snowflake sodomite spastic sperm spic spics stfu stink stinking stinks stinky stupid
stupider stupidest stupidity stupidly suck sucked sucker suckers sucking sucks tard testicles thug
thugs tit tits titties tosser tosspot towelhead traitor traitors tramp tranny transvestite trash
troll trolling trolls turd turds twat twats twit ugly useless vagina vandal vermin vile vomit
wank wanker wankers wanking weirdo wetback whining wimp worthless wtf wuss
beat bleed bomb bombs burn bury choke cut dead death destroy die dies dying drown gun guns gut hang
hate hated hater haters hates hating hit hunt hurt kick kill killed killer killing kills knife
lynch murder murdered murderer murders poison punch shoot shooting shot slaughter slit stab stabbed
strangle suicide terrorist terrorists threat threaten throat torture
"""

_PLAIN = """
a able about above accept account actually add again against ago agree all almost alone along
already also always am american an and another answer any anyone anything are argue argument around
article articles as ask at away back bad be because been before being believe best better between
big bit black block blocked body book both boy boys bring but by call called came can cannot care
case cause change child children check city claim clear close come comment comments completely
consider cool could country crazy day days dear deal delete deleted deleting different did do does
doing done dont down each edit editing editor editors edits eat else end enough etc even ever every
everyone everything evidence example eye eyes face fact facts fair fake false family far father feel
few find fine first follow for forget free friend friends from fuel full fun funny game get gets
getting girl girls give given go god goes going gonna good got great group guess guy guys had hand
happen hard has have having he head hear heard help her here hey hi him himself his history hope
house how human i idea if im important in information instead interest into is issue it its itself
job join just keep kind king knew know knows last later law learn leave left less let life light
like link list listen little live lol long look looking lot love mad made make makes making man many
matter may maybe me mean means men mention message mind mine mom moment money more most mother mouth
move much mum must my myself name need needs neither never new news next nice night no nobody none
not note nothing now number of off ok old on once one only open opinion or order other our out over
own page pages part past people perhaps person personal piece place play please point political post
power pretty probably problem proof prove public put question quite quote read reading real really
reason red remove removed removing reply respect rest revert reverted right rights rule rules
run said same saw say saying says school section see seem seems self send sense serious set she
should show shut side since site small so some somebody someone something soon sorry sort source
sources speak start state stay still stop story such support sure take taken talk talking tell than
thank thanks that thats the their them themselves then there these they thing things think this
those though thought through time times to today together told too top took true truth try trying
turn two u under understand until up ur us use used user using vandalism very view wait want wanted
war was watch way we website well went were what whatever when where whether which while white who
whole why wife wiki wikipedia will wish with without woman women word words work working world worse
worst worth would write writing written wrong wrote yeah year years yes yet you young your youre
yours yourself
"""

# Read through one slip of the finger (`bicth`, `stupud`): insults that are near few other words.
_MISSPELT = """
arsehole asshole assholes bastard bastards bitch bitches bitching bollocks bullshit cocksucker
cocksuckers cocksucking cowards cretin cunts dickhead dipshit disgusting douchebag dumbass faggot
faggots fascist fascists filthy fuck fucked fucker fuckers fuckhead fucking fucktard fuckwit
garbage goddamn homosexual hypocrite hypocrites idiot idiotic idiots ignorant illiterate imbecile
jackass lesbian maggot masturbate masturbating moron moronic morons motherfucker motherfuckers
motherfucking murder nigga niggas nigger niggers paedophile parasite pathetic pedophile pedophiles
penis penises pervert perverts pricks prostitute pussies pussy racist racists rapist retard
retarded retards scumbag scumbags shithead shitty sluts stinking stupid stupidest stupidity
stupidly suicide terrorist terrorists threaten traitor traitors tranny transvestite trolling twats
useless vagina vermin wanker wankers whore whores worthless
"""
# Words of their own that are one slip away from one of those.
_INNOCENT = """
batch batches birch birches botch botches botching britches butch cents counts cretan creting cults
cuts fascism fascists focker fuca funk funked garage homosexuals idiom idioms illiterates jackals
lesbians maggots margot maron moon moons moran morin morion mormon mormonic mormons morn moro
moroni moronics morons morton moxon mulder murders niger nigra penes pens picks preverts prices
prostitutes pushy puss raciest racism regard regarded regards retards reward rewarded rewards
shifty shuts sinking slinking slits slots slugs slums slurs smitty snitty spitty sticking stinging
suicides tats terrorise terrorism threatens tolling tractor tractors twas twits tyranny vaginal
vaginas waker walker walkers wander wanders wankel where wheres whole wholes whore whorl whorls
whose wore
"""

ABUSE = tuple(_ABUSE.split())
MISSPELT = frozenset(_MISSPELT.split())
LEXICON = frozenset(ABUSE) | frozenset((_PLAIN + _INNOCENT).split())
LONGEST_WORD = max(map(len, LEXICON))
