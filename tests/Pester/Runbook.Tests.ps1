BeforeDiscovery { Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force }

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
}

AfterAll { Stop-FakeNotion $fake }

Describe 'The end of a token in a <Kind> vault' -ForEach (Get-VaultKind) {
    BeforeAll { $vault = New-TestVault -Kind $Kind }

    It 'is kept with the connection and shown, in this process and in others' {
        $arguments = (New-FakeToken).SignIn
        $end = [datetime]::new(2199, 12, 31)
        $connection = Connect-NotionWorkspace @arguments -ExpiresOn '2199-12-31' -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        $connection.ExpiresOn | Should -Be $end.ToUniversalTime()
        $connection.ExpiresOn.Kind | Should -Be 'Utc'
        (Get-NotionConnection $connection.Name).ExpiresOn | Should -Be $end.ToUniversalTime()
        Invoke-InProcess "(Get-NotionConnection '$($connection.Name)').ExpiresOn.ToLocalTime().ToString('yyyy-MM-dd')" |
            Should -Be '2199-12-31'
    }

    It 'is kept with a token of the environment, and warned of when it is near' {
        $token = New-FakeToken
        $env:NOTION_TOKEN = $token.Text
        try {
            $end = [datetime]::Now.AddDays(9.5)
            $made = @{ BaseUri = $fake.BaseUri; ExpiresOn = $end; WarningAction = 'SilentlyContinue' }
            $connection = Connect-NotionWorkspace -FromEnvironment @made -WarningVariable warnings
        }
        finally {
            $env:NOTION_TOKEN = $null
        }
        $connection.ExpiresOn | Should -Be $end.ToUniversalTime()
        "$warnings" |
            Should -Match "The token of '$($connection.Name)' ends on $($end.ToString('yyyy-MM-dd')).* in 10 days"
        $null = Connect-NotionWorkspace -Name $connection.Name -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -Match 'in 10 days'

        # Another process: once, however many requests it makes.
        $output = @(Invoke-InProcess (
                "1..3 | ForEach-Object { `$null = Invoke-NotionRequest users/me -Connection '$($connection.Name)' } " +
                "3>&1; 'DONE'"))
        $output.Count | Should -BeGreaterThan 1
        [regex]::Matches("$output", 'in 10 days').Count | Should -Be 1
    }

    It 'stands in the error of a token that Notion refuses, once it is past' {
        $token = New-FakeToken
        $arguments = $token.SignIn
        $end = [datetime]::Now.AddDays(-3)
        $connection = Connect-NotionWorkspace @arguments -ExpiresOn $end -WarningAction SilentlyContinue
        $null = Invoke-FakeNotionControl 'revoke' -Body @{ botId = $connection.BotId }
        $expected = @{ Id = 'Unauthorized'; Category = 'AuthenticationError' }
        Assert-NotionError {
            Invoke-NotionRequest users/me -Connection $connection.Name -WarningAction SilentlyContinue
        } @expected -Says "was to end on $($end.ToString('yyyy-MM-dd'))"
    }

    It 'is a mistake where nothing is in the variable' {
        $arguments = (New-FakeToken).SignIn
        Assert-NotionError {
            Connect-NotionWorkspace @arguments -ExpiresOn $null
        } -Id MissingValue -Category InvalidArgument -Says '-ExpiresOn'
    }
}

Describe 'NOTIONAUTH_CONNECTION with a <Kind> vault' -ForEach (Get-VaultKind) {
    BeforeAll {
        $vault = New-TestVault -Kind $Kind
        $first, $second = foreach ($i in 1, 2) {
            $arguments = (New-FakeToken).SignIn
            Connect-NotionWorkspace @arguments
        }
        $env:NOTIONAUTH_CONNECTION = $first.Name
    }

    AfterAll { $env:NOTIONAUTH_CONNECTION = $null }

    It 'names the connection that a new runspace starts with, and no other' {
        $result = Invoke-InRunspace {
            (Get-NotionConnection | Where-Object IsCurrent).Name
            (Invoke-NotionRequest users/me).id
            (Get-NotionConnection -Current).Name
            (Test-NotionToken).Connection
        }
        $result.Errors | Should -BeNullOrEmpty
        $result.Output | Should -Be $first.Name, $first.BotId, $first.Name, $first.Name

        # This one has a current connection already.
        (Invoke-NotionRequest users/me).id | Should -BeExactly $second.BotId
        (Get-NotionConnection -Current).Name | Should -BeExactly $second.Name
    }

    It 'gives way to a connection that is taken or left in the runspace' {
        $result = Invoke-InRunspace -Variables @{ other = $second.Name } {
            $null = Connect-NotionWorkspace -Name $other
            (Invoke-NotionRequest users/me).id
            Disconnect-NotionWorkspace 6>$null
            Invoke-NotionRequest users/me -ErrorAction Continue
        }
        $result.Output | Should -Be $second.BotId
        Assert-NotionError -Record $result.Errors[0] -Id NotConnected -Category InvalidOperation -Advises (
            'NOTIONAUTH_CONNECTION')
    }

    It 'reaches ForEach-Object -Parallel, thread jobs and jobs' {
        $module = Get-NotionAuthPath
        1..3 | ForEach-Object -ThrottleLimit 2 -Parallel {
            Import-Module $using:module
            (Invoke-NotionRequest users/me).id
        } | Should -Be (@($first.BotId) * 3)
        Start-ThreadJob { Import-Module $using:module; (Invoke-NotionRequest users/me).id } |
            Receive-Job -Wait -AutoRemoveJob | Should -BeExactly $first.BotId
        Invoke-InProcess '(Invoke-NotionRequest users/me).id' | Should -BeExactly $first.BotId
    }

    It 'takes an id, and says where a name that is not there comes from' {
        $env:NOTIONAUTH_CONNECTION = $second.BotId
        (Invoke-InRunspace { (Invoke-NotionRequest users/me).id }).Output | Should -BeExactly $second.BotId
        $env:NOTIONAUTH_CONNECTION = 'Nobody has this'
        $result = Invoke-InRunspace { Invoke-NotionRequest users/me }
        Assert-NotionError -Record $result.Errors[0] -Id ConnectionNotFound -Category ObjectNotFound -Says (
            'NOTIONAUTH_CONNECTION names it')
        $env:NOTIONAUTH_CONNECTION = $first.Name
    }
}

Describe 'A runbook that has only a token in its environment' {
    It 'is told to take it' {
        $env:NOTION_TOKEN = (New-FakeToken).Text
        try { $result = Invoke-InRunspace { Invoke-NotionRequest users/me } }
        finally { $env:NOTION_TOKEN = $null }
        Assert-NotionError -Record $result.Errors[0] -Id NotConnected -Category InvalidOperation -Advises (
            '^NOTION_TOKEN is set: Connect-NotionWorkspace -FromEnvironment')
    }
}

Describe 'A SecretStore that locks itself while a job runs' -Tag SecretStore -Skip:(-not (Test-SecretStore)) {
    BeforeAll {
        $homeFolder = New-TestFolder 'job'
        $password = 'store password'
        Initialize-SecretStore -HomeFolder $homeFolder -PasswordText $password
        $unlock = "Unlock-SecretStore -Password ([Net.NetworkCredential]::new('', '$password').SecurePassword)"

        # What its timer does when the time of the password is up; SecretStore has no command for it.
        $lock = @'
$flags = [Reflection.BindingFlags]'Instance, Static, NonPublic'
$store = [Microsoft.PowerShell.SecretStore.LocalSecretStore].GetField('LocalStore', $flags).GetValue($null)
$data = $store.GetType().GetField('_secureStore', $flags).GetValue($store)
$data.GetType().GetField('_password', $flags).SetValue($data, $null)
'@
        $app = New-FakeApp
        $null = Set-Person visit
        $made = Invoke-InProcess -HomeFolder $homeFolder -Secret $app.ClientSecret -Script @"
$unlock
Register-SecretVault -Name Personal -ModuleName Microsoft.PowerShell.SecretStore -DefaultVault
`$place = @{ BaseUri = '$($fake.BaseUri)'; RedirectUri = '$($fake.RedirectUri)'; TimeoutSec = 60 }
`$made = Connect-NotionWorkspace -Name Kept -ClientId $($app.ClientId) -ClientSecret `$secret @place 6>`$null
`$made.BotId
"@
        $botId = "$($made | Select-Object -Last 1)"
        $expire = "Invoke-RestMethod '$($fake.BaseUri)_control/expire' -Method Post -ContentType application/json " +
            "-Body '{""botId"":""$botId""}'"
    }

    It 'does not end it: tokens are refreshed, <Who>, and written once the store is open again' -ForEach @(
        @{
            Who = 'by name'; With = '-Connection Kept'
            Begin = '$null = Invoke-NotionRequest users/me -Connection Kept'
        }
        @{ Who = 'for the current connection'; With = ''; Begin = '$null = Connect-NotionWorkspace -Name Kept' }
    ) {
        $output = @(Invoke-InProcess -HomeFolder $homeFolder -Script @"
`$ErrorActionPreference = 'Stop'
$unlock
$Begin
$lock
foreach (`$i in 1..3) {
    `$null = $expire
    `$all = Invoke-NotionRequest users/me $With 3>&1
    'GOT ' + (`$all | ForEach-Object { if (`$_.id) { `$_.id } else { "`$_" } }) -join ' '
}
$unlock
'OPEN ' + (Invoke-NotionRequest users/me $With).id
"@)
        @($output -match '^GOT').Count | Should -Be 3 -Because "the job said: $output"
        foreach ($line in $output -match '^GOT') { $line | Should -Match "$botId$" }
        [regex]::Matches("$output", 'lives in this process only').Count | Should -Be 1
        "$output" | Should -Match '-PasswordTimeout'
        "$output" | Should -Match "OPEN $botId"

        # What was written is the newest pair: another process works with it and refreshes nothing.
        Clear-FakeRequest
        $other = "$unlock; (Invoke-NotionRequest users/me -Connection Kept).id"
        Invoke-InProcess -HomeFolder $homeFolder -Script $other | Select-Object -Last 1 | Should -BeExactly $botId
        (Get-FakeRequest '/v1/oauth/token').Count | Should -Be 0
    }

    It 'is never asked for a session connection, by name or as the current one' {
        $output = @(Invoke-InProcess -HomeFolder $homeFolder -Secret (New-FakeToken).Text -Script @"
`$ErrorActionPreference = 'Stop'
Import-Module Microsoft.PowerShell.SecretStore
`$id = (Connect-NotionWorkspace -Token `$secret -BaseUri '$($fake.BaseUri)' -SessionOnly -Name Mine).BotId
'CURRENT ' + (Get-NotionConnection -Current).Name
'NAMED ' + (Get-NotionConnection Mine).Name + (Get-NotionConnection `$id).Name
'REQUEST ' + (Invoke-NotionRequest users/me).object + (Invoke-NotionRequest users/me -Connection Mine).object
`$piped = Get-NotionConnection Mine | Test-NotionToken -Quiet
'TEST ' + (Test-NotionToken -Quiet) + (Test-NotionToken Mine -Quiet) + `$piped
'TAKEN ' + (Connect-NotionWorkspace -Name Mine).Name
Revoke-NotionToken Mine -LocalOnly -Confirm:`$false
'NONE ' + @(Get-NotionConnection -Current).Count
"@)
        $output | Should -Be 'CURRENT Mine', 'NAMED MineMine', 'REQUEST useruser', 'TEST TrueTrueTrue', 'TAKEN Mine',
            'NONE 0'
    }
}

Describe 'A client secret that is new' {
    BeforeAll { $null = New-TestVault -Kind (Get-StandardVaultKind) }

    It 'is refused before a browser opens where it is wrong, and the remembered one is not asked about' {
        $app = New-FakeApp
        $person = Set-Person visit
        $arguments = $app.SignIn
        $wrong = $arguments.Clone()
        $wrong.ClientSecret = ConvertTo-Secret 'secret_WrongFromTheBeginning0000000000001'
        Clear-FakeRequest
        Assert-NotionError {
            Connect-NotionWorkspace @wrong 6>$null
        } -Id InvalidClient -Category AuthenticationError -Advises '-ClientSecret'
        (Get-FakeRequest).path | Should -Be '/v1/oauth/introspect'
        Join-Path $person address | Should -Not -Exist

        $null = Connect-NotionWorkspace @arguments 6>$null
        Clear-FakeRequest
        $null = Set-Person visit
        $said = Connect-NotionWorkspace @arguments -Verbose 4>&1 6>$null
        @(Get-FakeRequest '/v1/oauth/introspect').Count | Should -Be 0
        "$said" | Should -Match 'Signing in again may have ended its refresh token, also where another machine holds it'
    }

    It 'is reported in the browser too where it was remembered, and Notion does not take it any more' {
        $app = New-FakeApp
        $arguments = $app.SignIn
        $null = Set-Person visit
        $null = Connect-NotionWorkspace @arguments 6>$null
        Set-FakeApp $app @{ clientSecret = 'secret_ChangedAtNotionSinceThen00000000001' }
        $person = Set-Person visit
        Assert-NotionError {
            Connect-NotionWorkspace @arguments 6>$null
        } -Id InvalidClient -Category AuthenticationError -Advises 'client secret'
        Get-PersonPage $person | Should -Match 'Notion is not connected'
        Get-PersonStatus $person | Should -Be 400
    }
}
