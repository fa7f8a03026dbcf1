# How extensions are loaded and called, and what comes of what they do.
@(
    @{
        Name = 'Extensions are called with these parameters'
        Do   = {
            Register-Trouble @{ Get_SecretInfo = 'info' }
            Set-Secret a one
            Set-Secret -Name b -Secret two -Metadata @{ k = 'v' } -Vault Trouble
            Set-Secret -Name c -Secret two -NoClobber
            Set-SecretInfo a @{ k = 'v' }
            Get-Secret a
            Get-Secret b -Vault Trouble
            Get-SecretInfo
            Get-SecretInfo ''
            Get-SecretInfo x* -Vault Trouble
            Remove-Secret a Trouble
            Test-SecretVault
            Unlock-SecretVault Trouble (New-Secure 'word')
            Unregister-SecretVault Trouble
            Get-Call
        }
    }
    @{
        Name = 'Extensions are told whether -Verbose was given, and of no other preference'
        Do   = {
            Register-Trouble @{ Get_Secret = 'verbose-parameter' } V
            Register-Trouble @{ Get_Secret = 'preferences' } P
            Get-Secret a -Vault V -AsPlainText
            Get-Secret a -Vault V -AsPlainText -Verbose
            Get-Secret a -Vault P -AsPlainText
            $ignored = @{ WarningAction = 'Ignore'; InformationAction = 'Ignore' }
            Get-Secret a -Vault P -AsPlainText -Verbose -ErrorAction Stop @ignored
        }
    }
    @{
        Name = 'What an extension tells is told by the cmdlet'
        Do   = {
            Register-Trouble @{ Get_Secret = 'streams'; Set_Secret = 'streams' }
            Get-Secret a -Vault Trouble -AsPlainText
            Get-Secret a -Vault Trouble -AsPlainText -Verbose
            Get-Secret a -Vault Trouble -AsPlainText -WarningAction Ignore -InformationAction Ignore
            Set-Secret a one -Verbose
        }
    }
    @{
        Name = 'All extensions live in one runspace that is not the caller''s, for as long as the process'
        Do   = {
            Set-Variable -Name ContractProbe -Value seen -Scope Global
            Register-Trouble @{ Get_Secret = 'variables' } V
            Get-Secret a -Vault V -AsPlainText
            Register-Trouble @{ Get_Secret = 'runspace' } One
            Register-Trouble @{ Get_Secret = 'runspace' } Two
            (Get-Secret a -Vault One -AsPlainText) -eq (Get-Secret a -Vault Two -AsPlainText)
            (Get-Secret a -Vault One -AsPlainText) -eq "$([runspace]::DefaultRunspace.Id) $($Host.Name)"
            (Get-Secret a -Vault One -AsPlainText) -replace '^\d+ '
            Register-Trouble @{ Get_Secret = 'count' } Counting
            Register-Trouble @{ Get_Secret = 'count' } CountingToo
            'Counting', 'Counting', 'CountingToo' | ForEach-Object { Get-Secret a -Vault $_ -AsPlainText }
            Get-Module NotionAuth.PlainFileVault*, TroubleVault*
            (Get-Command Get-Secret).Source
        }
    }
    @{
        Name = 'The runspace takes one call at a time, and a second one is an error'
        Do   = {
            Register-Trouble @{ Get_Secret = 'wait' }
            $shell = [powershell]::Create().AddScript('Get-Secret a -Vault Trouble -AsPlainText')
            $handle = $shell.BeginInvoke()
            while (-not [IO.File]::Exists("$folder/calls.waits")) { $null = [Threading.Thread]::Yield() }
            Get-Secret b -Vault Trouble
            Set-Secret b c
            Get-SecretInfo
            Test-SecretVault
            (Get-SecretVault).Name
            [IO.File]::WriteAllText("$folder/calls.go", '')
            $shell.EndInvoke($handle)
            $shell.Dispose()
            Get-Call
        }
    }
    @{
        Name = 'An extension that was loaded stays loaded when its files are gone'
        Do   = {
            Copy-Item $trouble "$folder/TroubleVault" -Recurse
            Register-SecretVault -Name Gone -ModuleName "$folder/TroubleVault" -VaultParameters @{
                Get_Secret = 'value'; Test_SecretVault = 'true'
            }
            Remove-Item "$folder/TroubleVault" -Recurse
            Get-Secret a -Vault Gone -AsPlainText
            Set-Secret a one
            Test-SecretVault Gone
        }
    }
    @{
        Name = 'Get-Secret and an extension that fails or gives what is no secret'
        Do   = {
            Invoke-EachPlan Get-Secret $troubles {
                Get-Secret a -Vault $args[0]
                Get-Secret a -Vault $args[0] -AsPlainText
            }
        }
    }
    @{
        Name = 'Get-Secret -ErrorAction Stop and an extension that fails'
        Do   = {
            Invoke-EachPlan Get-Secret 'throw', 'error',
                'password' { Get-Secret a -Vault $args[0] -ErrorAction Stop; 'not reached' }
        }
    }
    @{
        Name = 'Set-Secret and an extension that fails'
        Do   = {
            Invoke-EachPlan Set-Secret $troubles {
                Set-Secret a one -Vault $args[0]
                Set-Secret a one -Vault $args[0] -Metadata @{ k = 'v' }
            }
            (Get-Call).Count
        }
    }
    @{
        Name = 'Set-SecretInfo and an extension that fails'
        Do   = {
            Invoke-EachPlan Set-SecretInfo $troubles { Set-SecretInfo a @{ k = 'v' } -Vault $args[0] }
            (Get-Call).Count
        }
    }
    @{
        Name = 'Remove-Secret and an extension that fails'
        Do   = { Invoke-EachPlan Remove-Secret $troubles { Remove-Secret a $args[0] }; (Get-Call).Count }
    }
    @{
        Name = 'Test-SecretVault and an extension that fails'
        Do   = { Invoke-EachPlan Test-SecretVault $troubles { Test-SecretVault $args[0] }; (Get-Call).Count }
    }
    @{
        Name = 'Unlock-SecretVault and an extension that fails'
        Do   = {
            Invoke-EachPlan Unlock-SecretVault $troubles { Unlock-SecretVault $args[0] (New-Secure 'word') }
            (Get-Call).Count
        }
    }
    @{
        Name = 'Unlock-SecretVault and an extension that can not be unlocked'
        Do   = { Register-Plain; Unlock-SecretVault File (New-Secure 'word') }
    }
    @{
        Name = 'Get-SecretInfo and an extension that fails or gives what is no information'
        Do   = { Invoke-EachPlan Get-SecretInfo ($troubles + 'info', 'info-other') { Get-SecretInfo -Vault $args[0] } }
    }
    @{
        Name = 'Get-SecretInfo lists what it can where a vault fails'
        Do   = {
            Register-Trouble @{ Get_SecretInfo = 'throw' }
            Register-Plain Z
            Set-Secret a one -Vault Z
            Get-SecretInfo
            Get-SecretInfo -ErrorAction Stop
        }
    }
)
