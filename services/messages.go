package services

import (
	"time"

	"espost/request"
)

// messages reach people.
func messages() []Service {
	return []Service{telegram(), discord(), slack(), pushover(), ntfy(), twilio()}
}

const sentence = `Wi-Fi {{rssi}} dBm, up {{uptime}} s`

func telegram() Service {
	return Service{
		ID: "telegram", Title: "Telegram", About: "sends a message to a chat, by a bot",
		Outline: Outline{
			Address: "https://api.telegram.org/bot{{token}}/sendMessage", Body: request.JSON,
			Template: `{"chat_id":"[chat]","text":"` + sentence + `"}`, Fields: both(),
			Answer: request.Answer{Delivered: only(200), JSON: []string{"ok is true"}, RetryAfter: "parameters.retry_after"},
		},
		Blanks: []Blank{
			{Name: "chat", Title: "chat ID", Where: "write to the bot, then open https://api.telegram.org/botTOKEN/getUpdates", Example: "123456789"},
			{Name: "token", Title: "bot token", Where: "BotFather gives it", Example: "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11", Kind: Secret},
		},
		Every: 3 * time.Second, Size: 4096,
		Trap: "A bot can't write to somebody who hasn't written to it before. A group takes 20 messages a minute.",
		Docs: "https://core.telegram.org/bots/api#sendmessage",
		Facts: []Source{
			on(november, "request, answers", "https://core.telegram.org/bots/api#making-requests"),
			on(november, "answers", "https://github.com/TelegramBotAPI/errors"),
			on(november, "pace, size", "https://docs.python-telegram-bot.org/en/v12.7/telegram.constants.html"),
			on(november, "an encoded colon in the path is read", "https://github.com/tdlib/td/blob/master/tdnet/td/net/HttpReader.cpp"),
		},
	}
}

func discord() Service {
	return Service{
		ID: "discord", Title: "Discord", About: "posts a message into a channel, by a webhook",
		Outline: Outline{
			Address: "https://discord.com/api/webhooks/[webhook]/{{token}}?wait=true", Body: request.JSON,
			Template: `{"content":"` + sentence + `"}`, Fields: both(),
			Answer: request.Answer{Delivered: only(200), RetryAfter: "retry_after"},
		},
		Blanks: []Blank{
			{Name: "webhook", Title: "webhook's ID", Where: "it is the number in the webhook's URL", Example: "223704706495545344"},
			{Name: "token", Title: "webhook's token", Where: "it is the last part of the webhook's URL", Example: "3d89bb7572e0fb30d8128367b3b1b44fecd1726de135cbe28a41f8b2f777c372", Kind: Secret},
		},
		Every: 2 * time.Second, Size: 2000,
		Trap: "Without wait=true a message that isn't kept brings no error. Discord tells no fixed pace, and wants none assumed: two seconds are cautious.",
		Docs: "https://discord.com/developers/docs/resources/webhook#execute-webhook",
		Facts: []Source{
			on(november, "wait", "https://discord-api-types.dev/api/discord-api-types-v8/interface/RESTPostAPIWebhookWithTokenQuery"),
			on(november, "size", "https://hexdocs.pm/notifiex/Notifiex.Service.Discord.html"),
			on(november, "429, no fixed pace", "https://docs.discord.com/developers/topics/rate-limits"),
		},
	}
}

func slack() Service {
	return Service{
		ID: "slack", Title: "Slack", About: "posts a message into a channel, by an incoming webhook",
		Outline: Outline{
			Address: "https://hooks.slack.com/services/[team]/[hook]/{{token}}", Body: request.JSON,
			Template: `{"text":"` + sentence + `"}`, Fields: both(),
			Answer: request.Answer{Delivered: only(200), Equals: "ok"},
		},
		Blanks: []Blank{
			{Name: "team", Title: "team", Where: "it is the part of the webhook's URL that begins with T", Example: "T00000000"},
			{Name: "hook", Title: "hook", Where: "it is the part of the webhook's URL that begins with B", Example: "B00000000"},
			{Name: "token", Title: "token", Where: "it is the last part of the webhook's URL", Example: "XXXXXXXXXXXXXXXXXXXXXXXX", Kind: Secret},
		},
		Every: time.Second,
		Trap:  "One message a second and channel: in a burst the rest is refused with 429 and a Retry-After. An archived channel answers 410. A webhook goes with the person who made it.",
		Docs:  "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks",
		Facts: []Source{
			on(november, "pace", "https://docs.slack.dev/apis/web-api/rate-limits"),
			on(november, "answers", "https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks"),
		},
	}
}

func pushover() Service {
	return Service{
		ID: "pushover", Title: "Pushover", About: "shows a notification on your devices",
		Outline: Outline{
			Address: "https://api.pushover.net/1/messages.json", Body: request.Form,
			Fields: []request.Field{constant("title", "[title]"), signal("message")},
			Answer: request.Answer{Delivered: only(200), JSON: []string{"status == 1"}},
		},
		Blanks: []Blank{
			{Name: "title", Title: "title", Where: "it stands above the value", Example: "Porch, Wi-Fi in dBm", Kind: Text},
			{Name: "token", Title: "application's API token", Where: "create an application", Example: "azGDORePK8gMaC0QOYAMyEEuzJnyUi", Kind: Secret},
			{Name: "user", Title: "user key", Where: "it stands on the dashboard", Example: "uQiRzpo4DXghDmr9QzzfQu27cmVRsG", Kind: Secret},
		},
		Every: 5 * time.Second, Daily: 320, Size: 1024,
		Trap: "10,000 messages a month are free: one every five minutes. After that comes 429 until the month ends.",
		Docs: "https://pushover.net/api",
		Facts: []Source{
			on(november, "request, answers, pace", "https://pushover.net/api"),
		},
	}
}

func ntfy() Service {
	return Service{
		ID: "ntfy", Title: "ntfy", About: "shows a notification to everybody who has subscribed to the topic",
		Outline: Outline{
			Address: "https://[server]/{{topic}}", Body: request.Text, Template: sentence,
			Headers: headers("Title", "[title]"), Fields: both(),
			Answer: request.Answer{Delivered: only(200)},
		},
		Blanks: []Blank{
			{Name: "server", Title: "server", Where: "it is ntfy.sh or your own", Example: "ntfy.sh", Kind: Host},
			{Name: "title", Title: "title", Where: "it stands above the message", Example: "Porch"},
			{Name: "topic", Title: "topic", Where: "choose one that nobody guesses", Example: "porch-k3T9qWx7", Kind: Secret},
		},
		Every: 5 * time.Second, Daily: 250, Size: 4096,
		Trap: "Who knows the topic reads and writes it: it is the password. A text of more than 4,096 bytes becomes an attachment. ntfy.sh takes 250 messages a day: one every six minutes.",
		Docs: "https://docs.ntfy.sh/publish/",
		Facts: []Source{
			on(november, "request, topic", "https://docs.ntfy.sh/publish/"),
			on(november, "pace, size", "https://github.com/binwiederhier/ntfy/blob/main/docs/publish.md"),
		},
	}
}

func twilio() Service {
	return Service{
		ID: "twilio", Title: "Twilio SMS", About: "sends an SMS, which costs money",
		Outline: Outline{
			Address: "https://api.twilio.com/2010-04-01/Accounts/[account]/Messages.json", Body: request.Form,
			Basic:  [2]string{"account", "token"},
			Fields: []request.Field{constant("From", "[from]"), constant("To", "[to]"), signal("Body")},
			Answer: request.Answer{Delivered: only(201), JSON: []string{"error_code is empty"}, Duplicates: request.Harmful},
		},
		Blanks: []Blank{
			{Name: "account", Title: "account SID", Where: "it stands on the console's first page, and begins with AC", Example: "ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"},
			{Name: "from", Title: "sender's number", Where: "it is a number of your account, with + and the country", Example: "+15005550006", Kind: Text},
			{Name: "to", Title: "receiver's number", Where: "with + and the country", Example: "+14155552671", Kind: Text},
			{Name: "token", Title: "auth token", Where: "it stands below the account SID", Example: "your_auth_token", Kind: Secret},
		},
		Every: time.Second, Size: 1600,
		Trap: "201 says that the message waits to be sent, not that it arrived. A trial account sends to numbers only that were verified. The token may do everything in the account, and each message costs.",
		Docs: "https://www.twilio.com/docs/messaging/api/message-resource",
		Facts: []Source{
			on(november, "request", "https://www.twilio.com/docs/messaging/api/message-resource"),
			on(november, "size", "https://www.twilio.com/docs/errors/14103"),
			on(november, "pace", "https://www.twilio.com/docs/errors/21611"),
			on(november, "401", "https://www.twilio.com/docs/api/errors/20003"),
		},
	}
}
